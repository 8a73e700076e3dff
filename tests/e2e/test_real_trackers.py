# SPDX-License-Identifier: MIT
"""Configurations as people publish and run them, word for word, with the real programs they name:
nginx, httpd, an application's file, a second interface, a ping through a firewall."""
import shutil
import time

import pytest

from daemons import KIND, master_down
from lab import SLACK
from services import Httpd, Nginx

NGINX_PAIR = """\
vrrp_script chk_nginx {{
    script "pidof nginx"
    interval 2
}}

vrrp_instance VI_1 {{
    interface eth0
    state {state}
    priority {priority}

    virtual_router_id 33
    unicast_src_ip {own}
    unicast_peer {{
        {peer}
    }}

    authentication {{
        auth_type PASS
        auth_pass password
    }}

    track_script {{
        chk_nginx
    }}

    notify_master /etc/keepalived/master.sh
}}
"""

VIP_NET = "192.168.122.{}/24"
VIP = "192.168.122.200"

TRACKING = """\
{top}
vrrp_instance VI_1 {{
	state MASTER
	interface eth0
	virtual_router_id 51
	priority 244
	advert_int 1
	authentication {{
		auth_type PASS
		auth_pass 12345
	}}
	virtual_ipaddress {{
		192.168.122.200/24
	}}
{inside}
}}
"""

PEER = TRACKING.format(top="", inside="").replace("MASTER", "BACKUP")

PROCESS = """\
vrrp_track_process track_apache {
      process httpd
      weight 10
}"""

FILE = """\
vrrp_track_file track_app_file {
      file /var/run/my_app/vrrp_track_file
}"""

SCRIPT = """\
vrrp_script keepalived_check {
      script "/usr/local/bin/keepalived_check.sh"
      interval 1
      timeout 5
      rise 3
      fall 3
}"""

CHECK_SH = """\
#!/bin/bash

/usr/bin/ping -c 1 -W 1 192.168.122.3 > /dev/null 2>&1
"""

NOTIFY_SH = """\
#!/bin/bash

echo "$1 $2 has transitioned to the $3 state with a priority of $4" > /var/run/keepalived_status
"""

# A master of higher priority takes its place after a master-down time.
TAKEOVER = master_down(1) + 2 * SLACK


def track(kind, what):
    return f"\ttrack_{kind} {{\n\t\t{what}\n\t}}"


def wait_priority(net, host, priority, timeout=4):
    """Until the host says that priority; no other one follows."""
    net.wait(f"{host.name} advertises {priority}",
             lambda: (a := net.adverts(host)) and a[-1].priority == priority, timeout)


def test_nginx_and_no_address(net, daemon):
    """Nobody serves a floating address here: what counts is the state and notify_master."""
    hosts = net.build(["node1", "node2"], pidns=True)
    servers = []
    for host in hosts:
        host.tmpfs("/etc/keepalived")
        host.put("/etc/keepalived/master.sh",
                 f"#!/bin/sh\necho master >>{host.dir}/master\n", 0o755)
        if KIND == "keepalived":
            # Debian's pidof is a link to killall5, and keepalived 2.2.7 runs what a link leads to:
            # `killall5 nginx` fails. Elsewhere pidof is a program.
            host.tmpfs("/usr/local/bin")
            shutil.copy("/bin/pidof", host.path("/usr/local/bin/pidof"))
        servers.append(Nginx(host).start())
    one = daemon(hosts[0], NGINX_PAIR.format(state="MASTER", priority=200, own="10.0.0.1",
                                             peer="10.0.0.2"))
    two = daemon(hosts[1], NGINX_PAIR.format(state="BACKUP", priority=100, own="10.0.0.2",
                                             peer="10.0.0.1"))
    one.wait_state("MASTER", TAKEOVER)
    two.wait_state("BACKUP", TAKEOVER)
    net.wait("notify_master", lambda: hosts[0].read("master") == "master\n", 2)
    heard = net.adverts(hosts[0])[-1]
    net.check((heard.vrid, heard.dst, heard.auth_data, heard.addresses)
              == (33, "10.0.0.2", b"password", []), f"the advert: {heard}")
    before = hosts[1].read("master").count("master")

    servers[0].stop()
    one.wait_state("FAULT", 2 + SLACK)
    two.wait_state("MASTER", 1 + SLACK)
    net.wait("notify_master on node2", lambda: hosts[1].read("master").count("master")
             == before + 1, 2)
    net.check(two.state() == "MASTER" and one.state() == "FAULT", "and so it stays")

    servers[0].start()
    one.wait_state("MASTER", 2 + TAKEOVER)
    two.wait_state("BACKUP", 2)
    net.wait("notify_master on node1", lambda: hosts[0].read("master") == "master\n" * 2, 2)


@pytest.mark.only("regentd", reason="keepalived hears of processes only in the first network "
                                    "namespace of a machine, and the tests have others")
def test_process_httpd(net, daemon):
    """244 on both sides; the one with httpd says 254 and wins, whatever its address."""
    hosts = net.build(["node1", "node2"], [VIP_NET], pidns=True)
    httpd = Httpd(hosts[0]).start()
    one = daemon(hosts[0], TRACKING.format(top=PROCESS, inside=track("process", "track_apache")))
    two = daemon(hosts[1], TRACKING.format(top=PROCESS, inside=track("process", "track_apache")))
    net.wait_holder(VIP, hosts[0], 2 * TAKEOVER)
    wait_priority(net, hosts[0], 254)
    two.wait_state("BACKUP", 3)
    httpd.stop()
    wait_priority(net, hosts[0], 244)
    # Equal priorities do not displace a master: node2 must gain something.
    other = Httpd(hosts[1]).start()
    net.wait_holder(VIP, hosts[1], TAKEOVER)
    wait_priority(net, hosts[1], 254)
    one.wait_state("BACKUP", 3)
    other.stop()
    wait_priority(net, hosts[1], 244)
    httpd.start()
    net.wait_holder(VIP, hosts[0], TAKEOVER)
    wait_priority(net, hosts[0], 254)


def test_file_of_an_application(net, daemon):
    hosts = net.build(["node1", "node2"], [VIP_NET])
    one = hosts[0]
    path = one.put("/run/my_app/vrrp_track_file", "0\n")
    daemon(one, TRACKING.format(top=FILE, inside=track("file", "track_app_file weight 1")))
    net.wait_holder(VIP, one, TAKEOVER)
    wait_priority(net, one, 244)
    one.run("sh", "-c", f"echo 5 > {path}")
    wait_priority(net, one, 249)
    one.run("sh", "-c", f"echo 6 > {path}")
    wait_priority(net, one, 250)
    net.check({a.priority for a in net.adverts(one)} == {244, 249, 250}, "nothing else was said")


def test_second_interface(net, daemon):
    one, _ = net.build(["node1", "node2"], [VIP_NET])
    one.add_nic("ens9")
    node = daemon(one, TRACKING.format(top="", inside=track("interface", "ens9 weight 5")))
    net.wait_holder(VIP, one, TAKEOVER)
    wait_priority(net, one, 249)
    one.cut("ens9")
    wait_priority(net, one, 244, 2)
    one.plug("ens9")
    wait_priority(net, one, 249, 2)
    net.check(node.states().count("MASTER") == 1 and "FAULT" not in node.states(), "no fault")


def test_ping_through_a_firewall(net, daemon):
    one, two, _ = net.build(["node1", "node2", "gateway"], [VIP_NET])
    one.tmpfs("/usr/local/bin")
    one.put("/usr/local/bin/keepalived_check.sh", CHECK_SH, 0o755)
    one.put("/usr/local/bin/keepalived_notify.sh", NOTIFY_SH, 0o755)
    status = one.path("/run/keepalived_status")

    def said(state):
        def look():
            try:
                with open(status) as f:
                    return f.read() == (f"INSTANCE VI_1 has transitioned to the {state} state "
                                        "with a priority of 244\n")
            except FileNotFoundError:
                return False
        return look

    node = daemon(one, TRACKING.format(
        top=SCRIPT, inside=track("script", "keepalived_check")
        + '\n\tnotify "/usr/local/bin/keepalived_notify.sh"'))
    net.wait("the file says MASTER", said("MASTER"), 1 + TAKEOVER)
    daemon(two, PEER)
    net.check(two.name not in net.holders(VIP), "node2 stays without")

    one.run("nft", "add table ip wall; add chain ip wall out { type filter hook output priority 0 ;"
                   " }; add rule ip wall out ip protocol icmp drop")
    blocked = time.monotonic()
    net.wait("the file says FAULT", said("FAULT"), 10)
    net.check(time.monotonic() - blocked > 2, "not before three failures")
    net.wait_holder(VIP, two, TAKEOVER)

    one.run("nft", "delete", "table", "ip", "wall")
    # Equal priorities: node2 must leave before node1 is master again.
    node.wait_state("BACKUP", 6)
    net.daemons[-1].stop()
    net.wait("the file says MASTER again", said("MASTER"), 1 + TAKEOVER)
    net.wait_holder(VIP, one, 2)
