import { afterEach, expect, test } from '@jest/globals'
import { readDump } from '#src/sets/dump.js'
import { importing, removeFolders } from '../rig.js'

afterEach(removeFolders)

function rows(text: string, table = 'dispatcher'): unknown[] {
  return readDump('d.sql', text, table).map(({ line, row }) => [
    line,
    row['setid'],
    row['destination'],
    row['attrs'],
  ])
}

test('mysqldump: several rows in one INSERT, escapes of MySQL, other tables passed over', () => {
  const dump = `-- MySQL dump 10.13
DROP TABLE IF EXISTS \`dispatcher\`;
CREATE TABLE \`dispatcher\` (
  \`id\` int(10) unsigned NOT NULL AUTO_INCREMENT,
  \`setid\` int(11) NOT NULL DEFAULT 0,
  \`destination\` varchar(192) NOT NULL DEFAULT '',
  \`flags\` int(11) NOT NULL DEFAULT 0,
  \`priority\` int(11) NOT NULL DEFAULT 0,
  \`attrs\` varchar(128) NOT NULL DEFAULT ',)',
  \`description\` varchar(64) NOT NULL DEFAULT '',
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`version\` VALUES (1,'dispatcher',4),(2,'INSERT INTO dispatcher VALUES',1);
/*!40000 ALTER TABLE \`dispatcher\` DISABLE KEYS */;
INSERT INTO \`dispatcher\` VALUES (1,1,'sip:a',0,10,'duid=a;x=\\'1\\'','it''s; (one)'),
(2,1,'sip:b',8,0,'',NULL);`
  expect(rows(dump)).toEqual([
    [15, '1', 'sip:a', "duid=a;x='1'"],
    [16, '1', 'sip:b', ''],
  ])
})

test('an INSERT that names its columns, in another order', () => {
  const dump = `INSERT INTO public.dispatcher (destination, "setid", attrs) VALUES ('sip:a', 3, E'a\\'b');`
  expect(rows(dump)).toEqual([[1, '3', 'sip:a', "a'b"]])
})

test('pg_dump: a COPY block with its escapes, and what stands around it', () => {
  const dump = `SET standard_conforming_strings = on;
COPY public.version (id, table_name, table_version) FROM stdin;
1\tdispatcher\t4
\\.
COPY public.dispatcher (id, setid, destination, flags, priority, attrs, description) FROM stdin;
1\t1\tsip:a\t0\t0\tduid=a\\tb\t\\N
2\t2\tsip:b\t0\t0\t\tINSERT INTO dispatcher
\\.
SELECT 1;`
  expect(rows(dump)).toEqual([
    [6, '1', 'sip:a', 'duid=a\tb'],
    [7, '2', 'sip:b', ''],
  ])
})

test('sqlite3 .dump: standard quotes, a backslash is one', () => {
  const dump = `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE dispatcher (id INTEGER PRIMARY KEY, setid INTEGER, destination VARCHAR(192), flags INTEGER, priority INTEGER, attrs VARCHAR(128), description VARCHAR(64));
INSERT INTO dispatcher VALUES(1,1,'sip:a',0,0,'a=\\','x');
INSERT INTO "dispatcher" VALUES(2,1,'sip:b',0,-5,'','');
COMMIT;`
  expect(rows(dump)).toEqual([
    [4, '1', 'sip:a', 'a=\\'],
    [5, '1', 'sip:b', ''],
  ])
})

test('a dump that breaks off is refused with its line', () => {
  const broken = (text: string): string => {
    try {
      rows(text)
      return 'read'
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(broken("\nINSERT INTO dispatcher VALUES (1,1,'sip:a")).toMatch(/^d\.sql:2: .*closing '/)
  expect(broken('INSERT INTO dispatcher VALUES (1,1')).toBe(
    'd.sql:1: found the end of the dump, expected , or )',
  )
  expect(broken('COPY dispatcher FROM stdin;\n1\t2')).toMatch(
    /^d\.sql:\d: .*\\\. at the end of COPY/,
  )
  expect(broken('')).toBe('read')
})

test('a dump becomes a list; its bad rows are reported', async () => {
  const dump = `INSERT INTO dispatcher VALUES (1,1,'sip:a',0,10,'duid=a;x=y z','d'),(2,1,'nonsense',0,0,'','');`
  const { file, lines } = await importing({ dump })
  expect(file('dispatcher.list')).toBe('1 sip:a 0 10 duid=a;x="y z"\n')
  expect([...lines('dump.sql')].sort()).toEqual([
    '1 not translated: found "nonsense", expected a SIP URI; it is left out',
    '1 translated: a line of dispatcher.list',
  ])
})

test('a dump without the table is refused', async () => {
  await expect(importing({ dump: 'SELECT 1;' })).rejects.toThrow(/no row of a table dispatcher/)
})
