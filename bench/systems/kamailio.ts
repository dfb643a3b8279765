/** Kamailio as its users tune it: the fast allocator, one worker, the same job. */
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { RunningProcess } from '@sipwright/test/system/processes.js'
import { temporaryFolder } from '@sipwright/test/system/temporary-folder.js'
import { pinned } from '../load/processors.js'
import { type Job, type SystemUnderTest } from './system.js'

export const kamailio: SystemUnderTest = {
  name: 'kamailio -x fm',
  command: 'kamailio',
  maxRate: () => Infinity,
  async start(job) {
    const folder = temporaryFolder('bench')
    const { transport } = job.workload
    const list = join(folder, 'dispatcher.list')
    const suffix = transport === 'tcp' ? ';transport=tcp' : ''
    const line = (backend: number): string => `1 sip:127.0.0.1:${backend}${suffix}\n`
    writeFileSync(list, job.backends.map(line).join(''))
    const config = join(folder, 'kamailio.cfg')
    writeFileSync(config, configurationFor(job, list))
    const limits = ['-x', 'fm', '-m', '2048', '-M', '64', '-DD', '-E', '-Y', folder, '-w', folder]
    const running = new RunningProcess(...pinned(job.cpu, 'kamailio', ['-f', config, ...limits]))
    await answered(running, transport, job.port)
    return running
  },
}

/** It says nothing when it is ready: it is asked until it answers. */
async function answered(
  running: RunningProcess,
  transport: 'udp' | 'tcp',
  port: number,
): Promise<void> {
  const ended = running.exited.then(
    () => 'ended' as const,
    () => 'ended' as const,
  )
  for (const giveUpAt = Date.now() + 10_000; Date.now() < giveUpAt;) {
    const asked = transport === 'udp' ? answersOptions(port) : accepts(port)
    const answer = await Promise.race([asked, ended])
    if (answer === true) return
    if (answer === 'ended') break
  }
  throw new Error(`kamailio does not answer:\n${running.output}`)
}

/** Whether an OPTIONS gets a response of any kind within 100 ms. */
function answersOptions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const end = (answer: boolean): void => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => end(false), 100)
    socket.once('message', () => end(true))
    // Nobody listens there yet: the timer says so.
    socket.on('error', () => undefined)
    socket.bind(0, '127.0.0.1', () => {
      const own = `127.0.0.1:${socket.address().port}`
      const lines = [
        `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${own};branch=z9hG4bKready${Date.now()}`,
        'Max-Forwards: 70',
        `From: <sip:bench@${own}>;tag=1`,
        `To: <sip:127.0.0.1:${port}>`,
        `Call-ID: ready-${Date.now()}`,
        'CSeq: 1 OPTIONS',
        'Content-Length: 0',
      ]
      socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, '127.0.0.1')
    })
  })
}

/** Whether it takes a connection; if not, only after 100 ms. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => setTimeout(() => resolve(false), 100))
  })
}

function configurationFor({ workload, port, workers }: Job, list: string): string {
  const { transport, refusesRegister, stateless } = workload
  const tcp = transport === 'tcp'
  return `
debug=-1
log_stderror=yes
fork=yes
children=${workers}
auto_aliases=no
${tcp ? `tcp_children=${workers}` : 'disable_tcp=yes'}
listen=${transport}:127.0.0.1:${port}
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "dispatcher.so"
modparam("dispatcher", "list_file", "${list}")
modparam("dispatcher", "flags", 2)
modparam("dispatcher", "xavp_dst", "_dsdst_")
modparam("dispatcher", "ds_ping_interval", 0)
modparam("tm", "fr_timer", 2000)
modparam("tm", "fr_inv_timer", 120000)
modparam("rr", "enable_full_lr", 1)
modparam("rr", "append_fromtag", 0)

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not here"); exit;
  }
  if (t_precheck_trans()) { t_check_trans(); exit; }
  t_check_trans();
  if (is_method("OPTIONS") && uri==myself && $rU==$null) { sl_send_reply("200", "OK"); exit; }
  ${refusesRegister ? 'if (is_method("REGISTER")) { sl_send_reply("404", "Not Found"); exit; }' : ''}
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  if (!ds_select_dst("1", "4")) { sl_send_reply("503", "No destination"); exit; }
  ${stateless ? 'if (is_method("OPTIONS")) { forward(); exit; }' : ''}
  t_on_failure("NEXT");
  if (!t_relay()) sl_reply_error();
  exit;
}

failure_route[NEXT] {
  if (t_is_canceled()) exit;
  if (t_check_status("503") or (t_branch_timeout() and !t_branch_replied())) {
    if (ds_next_dst()) { t_on_failure("NEXT"); t_relay(); exit; }
  }
}
`
}
