# SPDX-License-Identifier: MIT
"""Real services behind the floating addresses, one of each per host, and a client for them."""
import re
import shutil
import socket
import threading
import time

import lab

SQUID_CONFIG = """\
visible_hostname {name}
http_port 3128
http_access allow all
cache_mem 8 MB
shutdown_lifetime 0 seconds
pinger_enable off
netdb_filename none
dns_nameservers 127.0.0.1
coredump_dir /var/spool/squid
pid_filename /run/squid.pid
"""

NGINX_CONFIG = """\
user root;
worker_processes 1;
pid /run/nginx.pid;
error_log /run/nginx.error;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path /run/nginx.body;
    proxy_temp_path /run/nginx.proxy;
    fastcgi_temp_path /run/nginx.fastcgi;
    uwsgi_temp_path /run/nginx.uwsgi;
    scgi_temp_path /run/nginx.scgi;
    server {{
        listen 80;
        default_type text/plain;
        location / {{ return 200 "{name}\\n"; }}
    }}
}}
"""


HTTPD_CONFIG = """\
ServerName {name}
ServerRoot /usr/lib/apache2
PidFile /run/httpd.pid
ErrorLog /run/httpd.error
Listen 80
LoadModule mpm_prefork_module modules/mod_mpm_prefork.so
LoadModule authz_core_module modules/mod_authz_core.so
DefaultRuntimeDir /run
DocumentRoot /run/httpd.page
StartServers 1
MaxRequestWorkers 2
<Directory />
    Require all granted
</Directory>
"""


class Squid:
    """squid where Debian has it, so that `/usr/sbin/squid -k check` on that host finds it."""

    def __init__(self, host):
        self.host = host
        host.tmpfs("/etc/squid", "/var/log/squid", "/var/spool/squid", "/dev/shm")
        host.run("chown", "proxy:proxy", "/var/log/squid", "/var/spool/squid", "/dev/shm")
        with open(host.path("/etc/squid/squid.conf"), "w") as f:
            f.write(SQUID_CONFIG.format(name=host.name))
        self.process = None

    def start(self):
        with open(f"{self.host.dir}/squid.log", "ab") as log:
            self.process = self.host.popen("/usr/sbin/squid", "--foreground", "-YC",
                                           stdout=log, stderr=log)
        self.host.network.wait(f"squid answers on {self.host.name}", self._up, 30)
        return self

    def _up(self):
        return ask(self.host, "127.0.0.1", 3128) == self.host.name and self.check()

    def check(self):
        return self.host.run("/usr/sbin/squid", "-k", "check", check=False).returncode == 0

    def stop(self):
        self.host.run("/usr/sbin/squid", "-k", "shutdown")
        self.host.network.wait(f"squid on {self.host.name} has ended",
                               lambda: self.process.poll() is not None, 20)


class Nginx:
    """nginx with a page that says the host's name."""

    def __init__(self, host):
        self.host = host
        self.config = host.write("nginx.conf", NGINX_CONFIG.format(name=host.name))
        self.process = None

    def start(self):
        with open(f"{self.host.dir}/nginx.log", "ab") as log:
            self.process = self.host.popen("/usr/sbin/nginx", "-c", self.config,
                                           "-g", "daemon off;", stdout=log, stderr=log)
        self.host.network.wait(f"nginx answers on {self.host.name}",
                               lambda: ask(self.host, "127.0.0.1", 80) == self.host.name, 20)
        return self

    def stop(self):
        self.host.run("/usr/sbin/nginx", "-c", self.config, "-s", "stop")
        self.host.network.wait(f"nginx on {self.host.name} has ended",
                               lambda: self.process.poll() is not None, 20)

    def kill(self):
        """Ends it without a goodbye, master first so that no worker is started again."""
        self.process.kill()
        self.process.wait(10)
        self.host.run("pkill", "-KILL", "--ns", str(self.host.anchor), "--nslist", "net",
                      "-x", "nginx", check=False)


class Httpd:
    """Apache under the name that it has outside of Debian: httpd."""

    def __init__(self, host):
        self.host, self.process = host, None
        self.program = host.path("/run/httpd")
        shutil.copy("/usr/sbin/apache2", self.program)
        host.put("/run/httpd.page/page", host.name + "\n")
        self.config = host.put("/run/httpd.conf", HTTPD_CONFIG.format(name=host.name))

    def start(self):
        with open(f"{self.host.dir}/httpd.log", "ab") as log:
            self.process = self.host.popen("/run/httpd", "-DFOREGROUND", "-f", self.config,
                                           stdout=log, stderr=log)
        self.host.network.wait(
            f"httpd answers on {self.host.name}",
            lambda: ask(self.host, "127.0.0.1", 80, path="/page") == self.host.name, 20)
        return self

    def stop(self):
        self.host.run("/run/httpd", "-f", self.config, "-k", "stop")
        self.host.network.wait(f"httpd on {self.host.name} has ended",
                               lambda: not self.host.pids_named("httpd"), 20)


class MailServer:
    """A small SMTP server on a host: what was delivered, and faults.

    `fault` is None, "hangs" (accepts, says nothing), a verb ("MAIL", "RCPT", "DATA") that is
    answered with 451, or "drops" (closes after its greeting). A server that is not started refuses.
    """

    def __init__(self, host, address="127.0.0.1", port=25):
        self.host, self.where = host, (address, port)
        self.fault, self.mails, self.connections = None, [], 0
        self._lock, self._open, self._listener = threading.Lock(), [], None

    def start(self):
        self._listener = lab.in_netns(self.host.netns, socket.create_server, self.where)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def close(self):
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for sock in self._open:
            sock.close()

    def subjects(self):
        with self._lock:
            return [m["subject"] for m in self.mails]

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock, self.fault), daemon=True).start()

    def _serve(self, sock, fault):
        if fault == "hangs":
            return
        try:
            sock.settimeout(30)
            sock.sendall(b"220 test ESMTP\r\n")
            if fault != "drops":
                self._talk(sock, sock.makefile("rb"), fault)
            sock.close()
        except OSError:
            pass

    def _talk(self, sock, lines, fault):
        mail = {"to": []}
        for raw in lines:
            line = raw.decode(errors="replace").strip()
            verb = line.split(" ")[0].upper()
            if verb == fault:
                sock.sendall(b"451 not now\r\n")
                continue
            if verb == "DATA":
                sock.sendall(b"354 go on\r\n")
                self._take(mail, lines)
                mail = {"to": []}
            elif verb == "MAIL":
                mail["from"] = line.partition(":")[2].strip(" <>")
            elif verb == "RCPT":
                mail["to"].append(line.partition(":")[2].strip(" <>"))
            elif verb == "QUIT":
                sock.sendall(b"221 bye\r\n")
                return
            sock.sendall(b"250 fine\r\n")

    def _take(self, mail, lines):
        text = ""
        for raw in lines:
            if raw in (b".\r\n", b".\n"):
                break
            text += raw.decode(errors="replace")
        subject = re.search(r"^Subject: *(.*?)\r?$", text, re.M)
        with self._lock:
            self.mails.append({**mail, "text": text, "subject": subject[1] if subject else None})


def ask(host, address, port, timeout=1.0, path="/"):
    """Who answers an HTTP request that the host makes: the name in squid's Via or X-Cache line, or
    the text of nginx's page. None when nobody does."""
    try:
        return lab.in_netns(host.netns, _ask, address, port, timeout, path)
    except OSError:
        return None


def _ask(address, port, timeout, path):
    end = time.monotonic() + timeout
    with socket.create_connection((address, port), timeout=timeout) as s:
        s.sendall(f"GET {path} HTTP/1.0\r\nHost: page\r\n\r\n".encode())
        data = b""
        while time.monotonic() < end:
            part = s.recv(65536)
            if not part:
                break
            data += part
    text = data.decode(errors="replace")
    match = re.search(r"^(?:Via: \S+|X-Cache: \S+ from) (\S+)", text, re.M)
    if match:
        return match[1].split(":")[0]
    _, _, body = text.partition("\r\n\r\n")
    return body.strip() or None
