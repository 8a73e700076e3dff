# SPDX-License-Identifier: MIT
"""Fixtures of the end-to-end tests. They need root, and leave nothing behind."""
import os
import signal
import subprocess

import pytest

import daemons
import lab


def pytest_sessionstart(session):
    if os.geteuid():
        pytest.exit("the end-to-end tests make network namespaces: run them as root", 2)
    if daemons.KIND == "regentd" and not os.access(os.path.join(daemons.BUILD, "regentd"), os.X_OK):
        pytest.exit(f"no regentd in {daemons.BUILD}: build it, or set REGENT_BUILD", 2)
    if not hasattr(session.config, "workerinput"):
        lab.sweep()


def pytest_report_header():
    return f"daemon: {daemons.KIND} ({daemons.BUILD})"


def pytest_addoption(parser):
    parser.addoption("--daemon", choices=["regentd", "keepalived"],
                     default=os.environ.get("REGENT_E2E_DAEMON", "regentd"),
                     help="what runs wherever a test does not ask for one by name")
    parser.addoption("--ignore-only", action="store_true",
                     help="run also what is marked for the other daemon, to see it fail")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--ignore-only"):
        return
    for item in items:
        if item.get_closest_marker("regent") and daemons.KIND != "regentd":
            item.add_marker(pytest.mark.skip(reason="only regentd promises this"))
        for mark in item.iter_markers("only"):
            if mark.args[0] != daemons.KIND:
                reason = f"only {mark.args[0]}: {mark.kwargs['reason']}"
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_configure(config):
    daemons.KIND = config.getoption("--daemon")
    config.addinivalue_line("markers", "regent: what only regentd promises, not keepalived")
    config.addinivalue_line(
        "markers", "only(daemon, reason=...): what only that daemon does; why the other does not")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    network = getattr(item, "funcargs", {}).get("net")
    if report.failed and network and "--- now" not in str(report.longrepr):
        report.sections.append(("what the network saw", network.report()))


@pytest.fixture
def net(tmp_path):
    """An empty Network; everything in it ends with the test."""
    network = lab.Network(tmp_path)
    try:
        yield network
    finally:
        try:
            late = _stop_all(network)
        finally:
            network.close()
        complaints = late + [c for c in (d.complaints() for d in network.daemons) if c]
        if complaints:
            pytest.fail("\n".join(complaints))


def _stop_all(network):
    """An orderly stop of every regentd, so that a leak check has its say; what went wrong."""
    problems = []
    running = [d for d in network.daemons if d.is_regent and d.running()]
    for d in running:
        d.send(signal.SIGTERM)
    for d in running:
        try:
            status = d.process.wait(10)
            if status:
                problems.append(f"exit status {status} at the end:\n{d.log()}")
        except subprocess.TimeoutExpired:
            problems.append(f"does not end when told to:\n{d.log()}")
    return problems


@pytest.fixture
def daemon(net):
    """daemon(host, config, ...) starts one; see daemons.Daemon."""
    def start(*words, **more):
        return daemons.Daemon(*words, **more).start()
    return start
