# SPDX-License-Identifier: MIT
"""The two files of a real pair of proxies: eth0 inside, eth1 outside."""
import re

ONE, TWO = "192.168.2.101", "192.168.2.102"
INSIDE, OUTSIDE = "192.168.2.1{}/24", "10.1.0.{}/24"     # the machines' own addresses, by number

FIRST = """\
vrrp_script chk_squid_service {
  script "/usr/sbin/squid -k check"
  interval 3
}
vrrp_instance proxy_ip1 {
  state MASTER
  interface eth0
  virtual_router_id 1
  priority 255
  virtual_ipaddress {
    192.168.2.101/24 dev eth0 label eth0:1
  }
  track_interface {
    eth1
  }
  track_script {
    chk_squid_service
  }
}
vrrp_instance proxy_ip2 {
  state BACKUP
  interface eth0
  virtual_router_id 2
  priority 100
  virtual_ipaddress {
    192.168.2.102/24 dev eth0 label eth0:2
  }
  track_interface {
    eth1
  }
  track_script {
    chk_squid_service
  }
}
"""


def exchanged(text):
    """The file of the second machine: MASTER/BACKUP and 255/100 exchanged."""
    swap = {"MASTER": "BACKUP", "BACKUP": "MASTER", "255": "100", "100": "255"}
    return re.sub(r"(?<=state )\w+|(?<=priority )\d+", lambda m: swap[m[0]], text)


SECOND = exchanged(FIRST)
