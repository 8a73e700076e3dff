# SPDX-License-Identifier: MIT
"""Mail alerts, to a server that takes them and to servers that do not."""
import pytest

from daemons import config, instance
from lab import SLACK
from programs import Rhythm
from services import MailServer

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}
TOP = """\
  router_id machine7
  notification_email {
    one@example.org
    two@example.org
  }
  notification_email_from regent@example.org
  smtp_server 127.0.0.1 25
  smtp_connect_timeout 2
"""
ALERT = "  smtp_alert\n"


@pytest.fixture
def host(net):
    return net.build(["node1", "node2"])[0]


@pytest.fixture
def server(host):
    server = MailServer(host)
    yield server
    server.close()


def wait_subject(net, server, *words):
    net.wait(f"a mail about {words}", lambda: any(
        all(w in s for w in words) for s in server.subjects()), 5)


def test_alert(net, host, daemon, server):
    server.start()
    daemon(host, config(instance(extra=ALERT, **FAST), top=TOP))
    wait_subject(net, server, "[machine7]", "VI_1", "MASTER")
    mail = next(m for m in server.mails if "MASTER" in m["subject"])
    net.check(mail["from"] == "regent@example.org", mail)
    net.check(mail["to"] == ["one@example.org", "two@example.org"], mail)
    for header in ("From:", "To:", "Date:", "Subject:"):
        net.check(header in mail["text"].split("\r\n\r\n")[0], f"{header} in {mail}")
    host.cut()
    wait_subject(net, server, "VI_1", "FAULT")
    host.plug()
    net.wait("MASTER again", lambda: sum("MASTER" in s for s in server.subjects()) == 2, 5)


def test_no_faults(net, host, daemon, server):
    server.start()
    node = daemon(host, config(instance(extra=ALERT, **FAST), top=TOP + "  no_email_faults\n"))
    wait_subject(net, server, "MASTER")
    host.cut()
    node.wait_state("FAULT", 2 + SLACK)
    host.plug()
    net.wait("MASTER again", lambda: sum("MASTER" in s for s in server.subjects()) == 2, 5)
    net.check(not any("FAULT" in s for s in server.subjects()), server.subjects())


@pytest.mark.parametrize("top, extra, sent", [
    ("", "", False), ("  smtp_alert_vrrp\n", "", True), ("  smtp_alert true\n", "", True),
    ("  smtp_alert_vrrp\n", "  smtp_alert false\n", False)],
    ids=["not-asked-for", "vrrp", "all", "all-but-this"])
def test_who_asks(net, host, daemon, server, top, extra, sent):
    server.start()
    node = daemon(host, config(instance(extra=extra, **FAST), top=TOP + top))
    node.wait_state("MASTER", 5)
    if sent:
        wait_subject(net, server, "VI_1", "MASTER")
    else:
        net.never("a mail", lambda: server.connections, 1)


@pytest.mark.parametrize("fault", ["refuses", "hangs", "drops", "MAIL", "RCPT", "DATA"])
def test_server_with_a_fault(net, host, daemon, server, fault):
    """The service goes on; when the server is well again, alerts come again."""
    if fault != "refuses":
        server.fault = fault
        server.start()
    node = daemon(host, config(instance(extra=ALERT, **FAST), top=TOP))
    node.wait_state("MASTER", 5)
    rhythm = Rhythm(net, host, 0.1)
    if fault != "refuses":
        net.wait("it was asked", lambda: server.connections, 5)
    net.wait("thirty adverts", lambda: len(net.adverts(host)) > 30, 10)
    rhythm.check()
    net.check(not server.mails, server.mails)
    if fault == "refuses":
        server.start()
    server.fault = None
    host.cut()
    node.wait_state("FAULT", 2 + SLACK)
    wait_subject(net, server, "VI_1", "FAULT")


def test_nobody_at_that_address(net, host, daemon, server):
    """No answer at all to the connection: no harm."""
    host.run("ip", "route", "add", "blackhole", "10.99.0.0/16")
    node = daemon(host, config(instance(extra=ALERT, **FAST),
                               top=TOP.replace("127.0.0.1 25", "10.0.0.99 25")))
    node.wait_state("MASTER", 5)
    rhythm = Rhythm(net, host, 0.1)
    net.wait("thirty adverts", lambda: len(net.adverts(host)) > 30, 10)
    rhythm.check()
    net.check(node.stop(15) == 0, "and it ends when told to")
