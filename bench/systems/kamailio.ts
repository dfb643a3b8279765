/** Kamailio as its users tune it: the fast allocator, one worker, the same job. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunningProcess } from '@sipwright/test/system/processes.js'
import { systemCpu, type SystemUnderTest } from './system.js'

export const kamailio: SystemUnderTest = {
  name: 'kamailio -x fm',
  maxRate: Infinity,
  async start(port, backends) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'))
    const list = join(folder, 'dispatcher.list')
    writeFileSync(list, backends.map((backend) => `1 sip:127.0.0.1:${backend}\n`).join(''))
    const config = join(folder, 'kamailio.cfg')
    writeFileSync(config, configuration(port, list))
    const command = ['-c', String(systemCpu), 'kamailio', '-f', config]
    const limits = ['-x', 'fm', '-m', '2048', '-M', '64', '-DD', '-E', '-Y', folder, '-w', folder]
    const running = new RunningProcess('taskset', [...command, ...limits])
    // It says nothing when it is ready; its control socket appears when its modules are.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    return running
  },
}

function configuration(port: number, list: string): string {
  return `
debug=-1
log_stderror=yes
fork=yes
children=1
auto_aliases=no
disable_tcp=yes
listen=udp:127.0.0.1:${port}
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
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  if (!ds_select_dst("1", "4")) { sl_send_reply("503", "No destination"); exit; }
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
