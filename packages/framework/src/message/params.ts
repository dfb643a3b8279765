/** `;name=value` lists. Names are lower-case; a flag parameter has the value `undefined`. */
export type Params = ReadonlyMap<string, string | undefined>

/** Parses `;lr;transport=tcp;x="a;b"`; quotes are removed from quoted values. RFC 3261 §25.1 generic-param */
export declare function parseParams(text: string): Params
