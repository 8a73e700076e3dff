# SPDX-License-Identifier: MIT
"""Real services behind the floating addresses, one of each per host, and a client for them."""
import re
import socket
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

    def kill(self):
        """Ends it without a goodbye, master first so that no worker is started again."""
        self.process.kill()
        self.process.wait(10)
        self.host.run("pkill", "-KILL", "--ns", str(self.host.holder.pid), "--nslist", "net",
                      "-x", "nginx", check=False)


def ask(host, address, port, timeout=1.0):
    """Who answers an HTTP request that the host makes: the name in squid's Via or X-Cache line, or
    the text of nginx's page. None when nobody does."""
    try:
        return lab.in_netns(host.netns, _ask, address, port, timeout)
    except OSError:
        return None


def _ask(address, port, timeout):
    end = time.monotonic() + timeout
    with socket.create_connection((address, port), timeout=timeout) as s:
        s.sendall(b"GET / HTTP/1.0\r\nHost: page\r\n\r\n")
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
