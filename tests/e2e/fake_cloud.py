# SPDX-License-Identifier: MIT
"""DigitalOcean and Hetzner Cloud as their APIs behave, and the metadata service of a machine.

An address changes its owner when the action ends, not when it is asked for; while one runs the address
is locked and a second one is turned down (422 at DigitalOcean, 423 at Hetzner). Which machine asks the
metadata service is told by the address it asks from.

`cloud.problems()` tells what no client may do: two requests at the same time for one address from one
machine, a token anywhere but in the Authorization header of a request to the API, `unassign`, a
path that there is not.
"""
import collections
import http.server
import itertools
import json
import random
import re
import select
import socket
import struct
import threading
import time

Request = collections.namedtuple("Request", "time source kind method path status body")

# The size of what DigitalOcean says of a droplet.
DROPLET = {"name": "node", "memory": 1024, "vcpus": 1, "disk": 25, "locked": False,
           "status": "active", "features": ["monitoring", "droplet_agent"], "tags": ["web"] * 20,
           "image": {"slug": "debian-12-x64", "description": "x" * 300,
                     "regions": ["nyc1", "sfo1", "ams3", "fra1"] * 8}}

API = [
    ("owner", "GET", r"/v2/(reserved_ip|floating_ip)s/([^/]+)"),
    ("owner", "GET", r"/v2/(reserved_ipv6)/([^/]+)"),
    ("assign", "POST", r"/v2/(reserved_ip|floating_ip)s/([^/]+)/actions"),
    ("assign", "POST", r"/v2/(reserved_ipv6)/([^/]+)/actions"),
    ("action", "GET", r"/v2/(reserved_ip|floating_ip)s/([^/]+)/actions/(\d+)"),
    ("action", "GET", r"/v2/(reserved_ipv6)/([^/]+)/actions/(\d+)"),
    ("owner", "GET", r"/v1/(floating_ips)/(\d+)"),
    ("assign", "POST", r"/v1/(floating_ips)/(\d+)/actions/assign"),
    ("action", "GET", r"/v1/(actions)/(\d+)"),
]
METADATA = [
    ("server", "GET", r"/metadata/v1/(id)"),
    ("server", "GET", r"/hetzner/v1/metadata/(instance-id)"),
    ("active", "GET", r"/metadata/v1/(reserved_ip|floating_ip)/ipv[46]/active"),
]


class Fault:
    """What shall go wrong with the next `times` requests of these kinds (None: with all from now on).

    status: that HTTP status, with `message` and, if given, `retry_after`
    reset: the connection is reset; slow: so many seconds pass first; drip: a byte every second
    truncate: half of the answer; huge: an answer of that many bytes; garbage: no JSON
    redirect: to that URL; lost: the request is carried out, but never answered
    """

    def __init__(self, kinds, times=None, chance=1.0, **how):
        self.kinds, self.times, self.chance, self.how = kinds.split(), times, chance, how


class FakeCloud:
    def __init__(self, token, machines, addresses, moved=None, seed=1):
        self.token = token
        self.machines = machines                # address it asks from -> id
        self.owners = dict.fromkeys(addresses)  # address -> id of the owner
        self.ids = {}                           # Hetzner: id of the address -> address
        self.moved = moved or (lambda ip, owner: None)
        self.delay = 0.5                        # seconds that an action takes
        self.errored = 0                        # so many actions end in an error
        self.never = False                      # actions do not end
        self.older = False                      # there are only /v2/floating_ips
        self.echo = False                       # the token stands in what errors say
        self.random = random.Random(seed)
        self.faults, self.requests, self._problems = [], [], []
        self.actions, self._numbers = {}, itertools.count(36805022)
        self.running = {}                       # address -> action
        self.most_running = 0
        self.flying = collections.Counter()
        self.lock = threading.RLock()
        self.servers = []

    # Serving.

    def serve(self, sock, rows, tls=None):
        """Answers what comes to that listening socket."""
        cloud = self

        class Handler(_Handler):
            pass

        Handler.cloud, Handler.rows = cloud, rows

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

            def get_request(self):
                connection, address = self.socket.accept()
                if tls:
                    connection = tls.wrap_socket(connection, server_side=True,
                                                 do_handshake_on_connect=False)
                return connection, address

        server = Server(sock.getsockname()[:2], Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = sock
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.servers.append(server)
        return self

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    # Knobs.

    def fail(self, kinds, times=None, chance=1.0, **how):
        with self.lock:
            self.faults.append(Fault(kinds, times, chance, **how))

    def mend(self):
        with self.lock:
            self.faults.clear()
            self.errored, self.never = 0, False

    def fault(self, kind):
        with self.lock:
            for f in self.faults:
                if kind not in f.kinds or f.times == 0 or self.random.random() >= f.chance:
                    continue
                if f.times:
                    f.times -= 1
                return f.how
        return {}

    def give(self, ip, owner):
        """As by hand in the control panel."""
        with self.lock:
            self.owners[ip] = owner
            self.moved(ip, owner)

    # What was seen.

    def problems(self):
        with self.lock:
            found = list(self._problems)
            if self.most_running > 1:
                found.append(f"{self.most_running} actions of one address at the same time")
        return found

    def problem(self, text):
        with self.lock:
            self._problems.append(text)

    def count(self, kind=None, since=0.0, source=None):
        with self.lock:
            return sum((kind is None or r.kind == kind) and r.time >= since
                       and (source is None or r.source == source) for r in self.requests)

    def most_in_a_minute(self, source):
        """The most requests of that machine within any 60 s."""
        with self.lock:
            times = sorted(r.time for r in self.requests if r.source == source)
        return max((sum(a <= b < a + 60 for b in times) for a in times), default=0)

    # The provider.

    def begin(self, ip, owner):
        with self.lock:
            number = next(self._numbers)
            errs = self.errored > 0
            self.errored -= errs
            self.actions[number] = "in-progress"
            self.running[ip] = self.running.get(ip, []) + [number]
            self.most_running = max(self.most_running, len(self.running[ip]))
        if not self.never:
            timer = threading.Timer(self.delay, self.end, (ip, owner, number, errs))
            timer.daemon = True
            timer.start()
        return number

    def end(self, ip, owner, number, errs):
        with self.lock:
            if number not in self.running.get(ip, []):
                return
            self.actions[number] = "errored" if errs else "completed"
            self.running[ip].remove(number)
            if not errs:
                self.owners[ip] = owner
                self.moved(ip, owner)

    def end_all(self):
        """Actions that never end are given up by the provider."""
        for ip, numbers in list(self.running.items()):
            for number in list(numbers):
                self.end(ip, None, number, True)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud, rows = None, []

    def log_message(self, *words):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass

    def do_GET(self):
        self.go()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def go(self):
        cloud, source = self.cloud, self.client_address[0]
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length).decode()
        kind, words = self.route()
        metadata = self.rows is METADATA
        self.check(kind, metadata)
        # A client may have given up: what it asked no longer keeps it from asking anew.
        with cloud.lock:
            cloud.flying[source] += not metadata
            if not metadata and cloud.flying[source] > 1:
                cloud.problem(f"{source}: {cloud.flying[source]} requests at the same time")
        begun = time.monotonic()
        self.said = 0
        try:
            self.answer(kind, words, metadata)
        finally:
            with cloud.lock:
                cloud.flying[source] -= not metadata
                cloud.requests.append(Request(begun, source, kind, self.command, self.path,
                                              self.said, self.body))

    def route(self):
        for kind, method, pattern in self.rows:
            match = re.fullmatch(pattern, self.path)
            if match and method == self.command:
                return kind, match.groups()
        return None, ()

    def check(self, kind, metadata):
        cloud = self.cloud
        if kind is None and (self.rows is API or not self.path.startswith("/metadata/")):
            cloud.problem(f"no such path: {self.command} {self.path}")
        if "unassign" in self.path + self.body:
            cloud.problem(f"unassign: {self.path} {self.body}")
        elsewhere = [self.path, self.body, *(f"{k}: {v}" for k, v in self.headers.items()
                                             if metadata or k.lower() != "authorization")]
        if any(cloud.token in text for text in elsewhere):
            cloud.problem(f"the token stands in {self.command} {self.path}: {elsewhere}")

    # Answers.

    def answer(self, kind, words, metadata):
        how = self.cloud.fault(kind)
        if "slow" in how and not self.wait(how["slow"]):
            return
        if "reset" in how:
            self.reset()
            return
        if "status" in how:
            self.error(how["status"], how.get("message", "this is what you get"),
                       how.get("retry_after"))
            return
        if "redirect" in how:
            self.say(302, {}, {"Location": how["redirect"]})
            return
        status, value = self.truth(kind, words, metadata)
        if "lost" in how:
            self.reset()
            return
        text = value if isinstance(value, str) else json.dumps(value)
        if "garbage" in how:
            text = "<html>502 Bad Gateway</html>"
        if "huge" in how:
            text = text[:-1] + " " * how["huge"] + text[-1:]
        self.send(status, text, {}, how)

    def wait(self, seconds):
        """False when the client is gone before that time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.connection], [], [], min(left, 0.05))[0]:
                try:
                    if not self.connection.recv(1, socket.MSG_PEEK):
                        self.close_connection = True
                        return False
                except OSError:
                    self.close_connection = True
                    return False
                time.sleep(0.05)
        return True

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def error(self, status, message, retry_after=None):
        if self.cloud.echo:
            message += f" (you sent {self.headers.get('Authorization')})"
        words = {401: "unauthorized", 403: "forbidden", 404: "not_found",
                 422: "unprocessable_entity", 423: "locked", 429: "too_many_requests"}
        value = {"id": words.get(status, "server_error"), "message": message}
        if self.path.startswith("/v1/"):
            value = {"error": {"code": value["id"], "message": message}}
        more = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.say(status, value, more)

    def say(self, status, value, headers):
        self.send(status, json.dumps(value), headers, {})

    def send(self, status, text, headers, how):
        raw = text.encode()
        self.said = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if "truncate" in how:
            self.wfile.write(raw[:len(raw) // 2])
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        elif "drip" in how:
            for byte in raw:
                self.wfile.write(bytes([byte]))
                if not self.wait(1):
                    return
        else:
            self.wfile.write(raw)

    # What is.

    def truth(self, kind, words, metadata):
        cloud = self.cloud
        if metadata:
            return self.metadata(kind, words)
        if self.headers.get("Authorization") != f"Bearer {cloud.token}":
            return 401, {"id": "unauthorized", "message": "Unable to authenticate you"}
        if kind is None:
            return 404, {"id": "not_found", "message": "The resource you were accessing could not "
                                                       "be found."}
        return self.hetzner(kind, words) if self.path.startswith("/v1/") else self.ocean(
            kind, words)

    def metadata(self, kind, words):
        cloud, here = self.cloud, self.cloud.machines.get(self.client_address[0])
        if kind == "server":
            return 200, str(here)
        if kind == "active" and not (cloud.older and words[0] == "reserved_ip"):
            return 200, "true" if here in cloud.owners.values() else "false"
        return 404, "not found"

    def ocean(self, kind, words):
        cloud, (name, ip) = self.cloud, words[:2]
        missing = 404, {"id": "not_found", "message": "The resource you were accessing could not be "
                                                      "found."}
        with cloud.lock:
            if ip not in cloud.owners or (cloud.older and name == "reserved_ip"):
                return missing
            running = bool(cloud.running.get(ip))
            if kind == "owner":
                owner = cloud.owners[ip]
                return 200, {name: {"ip": ip, "locked": running, "region": {"slug": "nyc3"},
                                    "droplet": None if owner is None else
                                    {"id": owner, **DROPLET}}}
            if kind == "action":
                state = cloud.actions.get(int(words[2]))
                return (200, self.ocean_action(int(words[2]), state)) if state else missing
            wanted = json.loads(self.body)
            if wanted.get("type") != "assign" or wanted.get("droplet_id") not in \
                    cloud.machines.values():
                cloud.problem(f"a strange action: {self.body}")
                return 422, {"id": "unprocessable_entity", "message": "Droplet does not exist"}
            if running:
                return 422, {"id": "unprocessable_entity",
                             "message": "The floating IP already has a pending event."}
            return 201, self.ocean_action(cloud.begin(ip, wanted["droplet_id"]), "in-progress")

    def ocean_action(self, number, state):
        return {"action": {"id": number, "status": state, "type": "assign_ip",
                           "resource_type": "reserved_ip", "region_slug": "nyc3"}}

    def hetzner(self, kind, words):
        cloud = self.cloud
        missing = 404, {"error": {"code": "not_found", "message": "floating IP not found"}}
        states = {"in-progress": "running", "completed": "success", "errored": "error"}
        with cloud.lock:
            if kind == "action":
                state = cloud.actions.get(int(words[1]))
                return (200, {"action": {"id": int(words[1]), "status": states[state]}}
                        ) if state else missing
            ip = cloud.ids.get(int(words[1]))
            if ip is None:
                return missing
            if kind == "owner":
                return 200, {"floating_ip": {"id": int(words[1]), "ip": ip, "blocked": False,
                                             "server": cloud.owners[ip]}}
            wanted = json.loads(self.body)
            if wanted.get("server") not in cloud.machines.values():
                cloud.problem(f"a strange action: {self.body}")
                return 422, {"error": {"code": "invalid_input", "message": "no such server"}}
            if cloud.running.get(ip):
                return 423, {"error": {"code": "locked", "message": "Item is currently locked"}}
            number = cloud.begin(ip, wanted["server"])
            return 201, {"action": {"id": number, "status": "running"}}
