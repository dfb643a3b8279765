/** The systems by the names of `--systems`. */
import { kamailio } from './kamailio.js'
import { npmSip } from './npm-sip.js'
import {
  sipwright,
  sipwrightAdmin,
  sipwrightDgram,
  sipwrightSecured,
  sipwrightTraced,
} from './sipwright.js'
import { type SystemUnderTest } from './system.js'

export const systemsByName: ReadonlyMap<string, SystemUnderTest> = new Map<string, SystemUnderTest>(
  [
    ['sipwright', sipwright],
    ['sipwright-dgram', sipwrightDgram],
    ['sipwright-admin', sipwrightAdmin],
    ['sipwright-secured', sipwrightSecured],
    ['sipwright-traced', sipwrightTraced],
    ['kamailio', kamailio],
    ['npm-sip', npmSip],
  ],
)
