# SPDX-License-Identifier: MIT
"""floating_ip at a provider that fails in every way that the fake knows: the address comes as soon as
it can, and what only a person can mend is seen."""
import os
import ssl
import subprocess
import time

import pytest

import daemons
from cloud_lab import FLOATING, PORT, TOKEN, Cloud, Sniffer, remains

pytestmark = pytest.mark.regent


@pytest.fixture
def cloud(net):
    found = Cloud(net, ["node1"])
    yield found
    found.finish()


def start(cloud, daemon, block=None, **more):
    node = daemon(cloud.nodes[0], cloud.config(block), env=cloud.env(), **more)
    node.wait_state("MASTER", 5)
    return node


def floating(node):
    return node.status()["floating_ips"][0]


def wait_state(cloud, node, state, timeout):
    cloud.net.wait(f"the address is {state}", lambda: floating(node)["state"] == state, timeout)
    return floating(node)


def owned(cloud, node, timeout=10):
    cloud.wait_owner(cloud.nodes[0], timeout)
    return wait_state(cloud, node, "owned", 5)


def test_it_comes(cloud, daemon):
    node = start(cloud, daemon)
    seen = owned(cloud, node)
    cloud.net.check(seen["server"] == seen["owner"] == "111" and seen["ours"], f"{seen}")
    cloud.net.wait("the machine sees it, too", lambda: floating(node).get("active"), 5)
    cloud.net.check(node.said(f"floating IP {FLOATING} is assigned to this machine (111)"), "log")
    cloud.net.check(FLOATING in node.run_regent("status").stdout, "text of the status")
    cloud.net.check(cloud.fake.count("assign") == 1, "one assignment")


def test_another_takes_it_away(cloud, daemon):
    node = start(cloud, daemon)
    owned(cloud, node)
    cloud.net.wait("it has looked twice", lambda: cloud.fake.count("owner") >= 3, 10)
    cloud.fake.give(FLOATING, None)
    cloud.wait_owner(cloud.nodes[0], 75)
    cloud.net.check(node.said("was taken away"), "the log says so")


@pytest.mark.parametrize("kinds", ["owner", "assign", "action"])
@pytest.mark.parametrize("how", [
    {"status": 500}, {"status": 503, "message": "later"}, {"reset": True}, {"truncate": True},
    {"huge": 3 << 20}, {"garbage": True}, {"lost": True}], ids=lambda how: "-".join(how))
def test_no_sense(cloud, daemon, kinds, how):
    cloud.fake.fail(kinds, times=2, **how)
    node = start(cloud, daemon)
    seen = owned(cloud, node, 20)
    cloud.net.check("error" not in seen and "last_error" in seen, f"{seen}")
    cloud.net.check(cloud.fake.count("assign") <= 3, "no storm of assignments")


@pytest.mark.parametrize("kind", ["owner", "assign"])
@pytest.mark.parametrize("status,hint", [
    (401, "does not know the token"), (403, "may not do this"), (404, "address right"),
    (422, "refuses")])
def test_a_person_must_look(cloud, daemon, kind, status, hint):
    if (kind, status) == ("owner", 404):
        cloud.fake.older = True             # under neither path
    cloud.fake.fail(kind, status=status, message="no, not this way")
    node = start(cloud, daemon)
    seen = wait_state(cloud, node, "fault", 10)
    cloud.net.check(hint in seen["hint"], f"hint: {seen}")
    cloud.net.check(f"HTTP status {status}: no, not this way" in seen["error"], f"{seen}")
    cloud.net.check(node.said("FAULT: ") and node.state() == "MASTER", "told, and nothing more")
    cloud.fake.older = False
    cloud.fake.mend()
    owned(cloud, node, 40)
    cloud.net.check("hint" not in floating(node), "and over")


def test_wrong_token(cloud, daemon):
    cloud.token_file(cloud.nodes[0], "another\n")
    node = start(cloud, daemon)
    seen = wait_state(cloud, node, "fault", 10)
    cloud.net.check("HTTP status 401" in seen["error"], f"{seen}")
    cloud.token_file(cloud.nodes[0])
    owned(cloud, node, 40)


def test_a_penalty(cloud, daemon):
    cloud.fake.fail("owner", status=401)
    node = start(cloud, daemon, cloud.block("  penalty 30\n"))
    cloud.net.wait("the priority is lower", lambda: node.instance()["priority"] == 70, 10)
    cloud.fake.mend()
    cloud.net.wait("it is as before", lambda: node.instance()["priority"] == 100, 40)


def test_too_many_requests(cloud, daemon):
    cloud.fake.fail("assign", times=1, status=429, retry_after=6)
    begun = time.monotonic()
    node = start(cloud, daemon)
    owned(cloud, node, 20)
    with cloud.fake.lock:
        times = [r.time for r in cloud.fake.requests]
    limited = next(r.time for r in cloud.fake.requests if r.status == 429)
    after = min(t for t in times if t > limited)
    cloud.net.check_between(after - limited, 6, 7.5, "seconds of silence")
    cloud.net.check(limited > begun, "in this test")


def test_a_pending_event(cloud, daemon):
    """Somebody else's action runs: it is waited for, not fought."""
    cloud.fake.delay = 6
    cloud.fake.begin(FLOATING, None)
    cloud.fake.delay = 0.5
    node = start(cloud, daemon)
    owned(cloud, node, 20)
    cloud.net.check(cloud.fake.count("assign") == 1, "not asked for while it was locked")


def test_422_pending(cloud, daemon):
    cloud.fake.fail("assign", times=2, status=422,
                    message="The floating IP already has a pending event.")
    node = start(cloud, daemon)
    seen = owned(cloud, node, 20)
    cloud.net.check(not node.said("FAULT: ") and "last_error" not in seen, "that is no fault")


def test_an_action_that_errs(cloud, daemon):
    cloud.fake.errored = 2
    node = start(cloud, daemon)
    owned(cloud, node, 20)
    cloud.net.check(cloud.fake.count("assign") == 3, "begun three times")


def test_an_action_without_end(cloud, daemon):
    cloud.fake.never = True
    node = start(cloud, daemon)
    cloud.net.wait("it was begun", lambda: cloud.fake.count("assign"), 10)
    time.sleep(15)
    cloud.net.check(cloud.fake.count("assign") == 1, "one at a time")
    cloud.fake.mend()
    cloud.fake.end_all()
    owned(cloud, node, 15)


def test_a_slow_provider(cloud, daemon):
    """Slower than the limit of a request: the adverts do not wait."""
    cloud.fake.fail("owner", times=1, slow=30)
    node = start(cloud, daemon)
    mark = time.monotonic()
    owned(cloud, node, 25)
    cloud.net.check_between(time.monotonic() - mark, 8, 20, "seconds")
    error = floating(node)["last_error"]
    cloud.net.check("timed out after 1000" in error, f"it gave up by itself: {error}")
    times = [a.time for a in cloud.net.adverts(cloud.nodes[0], since=mark)]
    gap = max(b - a for a, b in zip(times, times[1:]))
    cloud.net.check(gap < 0.5, f"adverts pause for {gap:.3f} s")


def test_an_answer_byte_by_byte(cloud, daemon):
    cloud.fake.fail("owner", times=1, drip=True)
    node = start(cloud, daemon)
    owned(cloud, node, 25)
    cloud.net.check("last_error" in floating(node), "it was given up")


def test_nobody_answers(cloud, daemon):
    """Packets to the provider are lost: 5 s until it is given up."""
    node = daemon(cloud.nodes[0], cloud.config(
        cloud.block(f"  url http://10.0.77.77:{PORT}\n")), env=cloud.env())
    node.wait_state("MASTER", 5)
    cloud.nodes[0].run("ip", "neigh", "replace", "10.0.77.77", "lladdr", "02:00:00:00:00:77",
                       "dev", "eth0")
    cloud.net.wait("it says so", lambda: "last_error" in floating(node), 12)
    cloud.net.check("owner:" in floating(node)["last_error"], "what was asked")


def test_redirects_are_not_followed(cloud, daemon):
    cloud.fake.fail("owner", times=2, redirect=f"{cloud.url}/stolen")
    node = start(cloud, daemon)
    seen = owned(cloud, node, 20)
    cloud.net.check("redirect" in seen["last_error"], f"{seen}")


def test_older_paths(cloud, daemon):
    cloud.fake.older = True
    node = start(cloud, daemon)
    owned(cloud, node)
    paths = {r.path for r in cloud.fake.requests if r.kind == "assign"}
    cloud.net.check(paths == {f"/v2/floating_ips/{FLOATING}/actions"}, f"{paths}")


def test_hetzner(cloud, daemon):
    block = cloud.block(f"  id 4711\n  url {cloud.url}\n  metadata_url http://169.254.169.254\n",
                        provider="hetzner")
    cloud.fake.fail("assign", times=1, status=423, message="locked")
    node = start(cloud, daemon, block)
    owned(cloud, node)
    asked = [(r.path, r.body) for r in cloud.fake.requests if r.kind == "assign"]
    cloud.net.check(asked[-1] == ("/v1/floating_ips/4711/actions/assign", '{"server":111}'),
                    f"{asked}")


def test_any_other_provider(cloud, daemon):
    block = cloud.block(
        f'  owner_url "{cloud.url}/v2/reserved_ips/{{address}}"\n'
        "  owner_pointer /reserved_ip/droplet/id\n"
        f'  assign_url "{cloud.url}/v2/reserved_ips/{{address}}/actions"\n'
        '  assign_body "{\'type\':\'assign\',\'droplet_id\':{server}}"\n'
        "  server 111\n", provider="http")
    cloud.fake.give(FLOATING, 111000)
    node = start(cloud, daemon, block)
    owned(cloud, node)


SCRIPT = """\
#!/bin/sh
echo "$@" >>{log}
case $1 in
owner) test -e {dir}/ours ;;
assign) touch {dir}/ours ;;
esac
"""


def test_a_script(cloud, daemon):
    host = cloud.nodes[0]
    log = os.path.join(host.dir, "calls")
    script = host.write("move", SCRIPT.format(log=log, dir=host.dir), 0o755)
    node = start(cloud, daemon, cloud.block(f"  script {script}\n", provider="exec", token=""))
    wait_state(cloud, node, "owned", 5)
    calls = host.read("calls").splitlines()
    cloud.net.check(calls[:3] == [f"owner {FLOATING} self", f"assign {FLOATING} self",
                                  f"owner {FLOATING} self"], f"{calls}")


def test_a_health_port(cloud, daemon):
    host = cloud.nodes[0]

    def probe():
        return host.run("curl", "-s", "-m", "2", "http://127.0.0.1:6789/", check=False)

    cloud.net.check(probe().returncode == 7, "nobody answers before")
    node = start(cloud, daemon, cloud.block("  port 6789\n", provider="health_port", token=""))
    cloud.net.wait("it answers", lambda: probe().stdout == "MASTER\n", 3)
    cloud.net.check(floating(node)["state"] == "answering", "so says the status")
    host.cut()
    node.wait_state("FAULT", 3)
    cloud.net.wait("nobody answers", lambda: probe().returncode == 7, 2)
    host.plug()
    node.wait_state("MASTER", 5)
    cloud.net.wait("it answers again", lambda: probe().stdout == "MASTER\n", 3)
    node.reload(cloud.config(""))
    cloud.net.wait("nobody is asked any more", lambda: probe().returncode == 7, 2)


# The token.

def test_the_token_is_nowhere(cloud, daemon):
    """Also if the provider says it back."""
    host = cloud.nodes[0]
    cloud.fake.echo = True
    cloud.fake.fail("owner assign action", times=6, slow=0.4, status=500, message="oops")
    sniffer = Sniffer([host])
    node = start(cloud, daemon)
    owned(cloud, node, 60)
    cloud.fake.fail("owner", status=403)
    node.reload(cloud.config(cloud.block("  penalty 1\n  server 111\n")))
    wait_state(cloud, node, "fault", 15)
    cloud.net.check("you sent Bearer ****" in floating(node)["error"], f"{floating(node)}")
    sniffer.close()
    cloud.net.check(not sniffer.found, f"seen by everybody: {sniffer.found}")
    cloud.net.check(sniffer.looks > 5, "regent-cloud was seen at work")
    cloud.net.check(("65534", "1", "0000000000000000") in sniffer.users, f"{sniffer.users}")
    cloud.net.check(not remains(node), f"the token is in {remains(node)}")


def test_the_token_of_the_environment(cloud, daemon):
    host = cloud.nodes[0]
    node = daemon(host, cloud.config(cloud.block(token="")),
                  env={**cloud.env(), "DO_TOKEN": TOKEN})
    sniffer = Sniffer([host])
    owned(cloud, node)
    sniffer.close()
    own = [w for w in sniffer.found if b"regent-cloud" in w]
    cloud.net.check(not own and not remains(node), f"{own} {remains(node)}")


def test_no_token(cloud, daemon):
    env = {k: v for k, v in os.environ.items() if k != "DO_TOKEN"}
    node = daemon(cloud.nodes[0], cloud.config(cloud.block(token="")), env={**env, **cloud.env()})
    node.wait_state("MASTER", 5)
    seen = wait_state(cloud, node, "fault", 10)
    cloud.net.check("DO_TOKEN is not set" in seen["error"], f"{seen}")


def test_a_token_that_others_can_read(cloud, daemon):
    host = cloud.nodes[0]
    node = start(cloud, daemon)
    owned(cloud, node)
    cloud.token_file(host, mode=0o644)
    # While it runs: a fault with the command that mends it.
    done = host.run(daemons.REGENT, "check", node.config, check=False)
    cloud.net.check(done.returncode == 1 and "run `chmod 600 /run/do_token`" in done.stdout,
                    done.stdout)
    before = cloud.fake.count()
    cloud.fake.give(FLOATING, None)
    seen = wait_state(cloud, node, "fault", 80)
    cloud.net.check("chmod 600 /run/do_token" in seen["error"], f"{seen}")
    cloud.net.check(cloud.fake.count() == before, "nothing was asked with it")
    # At the start: refused.
    node.stop()
    again = daemon(host, cloud.config(), env=cloud.env())
    cloud.net.check(again.wait_exit(5) != 0, "it does not start")
    cloud.net.check("chmod 600 /run/do_token" in again.log(), again.log())
    cloud.token_file(host)
    owned(cloud, start(cloud, daemon), 15)


# TLS.

def certificate(directory, ip):
    """A key and a certificate of its own for that address; their paths."""
    key, cert = os.path.join(directory, "key.pem"), os.path.join(directory, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                    "-out", cert, "-days", "2", "-subj", "/CN=fake", "-addext",
                    f"subjectAltName=IP:{ip}"], check=True, stderr=subprocess.DEVNULL)
    os.chmod(cert, 0o644)
    return key, cert


@pytest.mark.parametrize("name", ["10.0.0.2", "10.0.0.9"])
def test_tls(net, daemon, name):
    """Only who can prove who it is gets the token."""
    key, cert = certificate(net.dir, name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    cloud = Cloud(net, ["node1"], tls)
    node = start(cloud, daemon)
    net.wait("it is not believed", lambda: "last_error" in floating(node), 8)
    net.check("ertificate" in floating(node)["last_error"], f"{floating(node)}")
    net.check(not cloud.fake.count("owner"), "and gets nothing")
    with open(cert) as f:
        cloud.nodes[0].put("/run/ca.pem", f.read())
    node.reload(cloud.config(cloud.block("  ca_file /run/ca.pem\n")))
    if name == cloud.host.ips[0]:
        owned(cloud, node, 15)
    else:
        time.sleep(5)
        net.check(not cloud.fake.count("owner"), "another's certificate is not enough")
    cloud.finish()
