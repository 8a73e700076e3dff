# SPDX-License-Identifier: MIT
"""The bytes of the two protocols that the tests look at: ARP and VRRP over IPv4.

Both ways: frames taken from the wire become `Arp` and `Advert`, and `advert()` builds a packet,
a right one or one that is wrong in the way a test asks for.
"""
import dataclasses
import ipaddress
import struct

BROADCAST = "ff:ff:ff:ff:ff:ff"
VRRP_GROUP = "224.0.0.18"
VRRP_GROUP_MAC = "01:00:5e:00:00:12"
IPPROTO_VRRP = 112


def mac_text(data):
    return ":".join(f"{b:02x}" for b in data)


def mac_bytes(text):
    return bytes(int(part, 16) for part in text.split(":"))


def ip_text(data):
    return str(ipaddress.IPv4Address(data))


def ip_bytes(text):
    return ipaddress.IPv4Address(text).packed


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


@dataclasses.dataclass
class Arp:
    time: float
    host: str
    nic: str
    eth_dst: str
    eth_src: str
    operation: int
    sender_mac: str
    sender_ip: str
    target_mac: str
    target_ip: str

    @property
    def gratuitous(self):
        return self.sender_ip == self.target_ip


@dataclasses.dataclass
class Advert:
    time: float
    host: str
    nic: str
    eth_dst: str
    eth_src: str
    src: str
    dst: str
    ttl: int
    tos: int
    ident: int
    dont_fragment: bool
    version: int
    type: int
    vrid: int
    priority: int
    addresses: list
    auth_type: int          # version 2
    auth_data: bytes        # version 2
    interval: float         # seconds
    checksum_ok: bool
    body: bytes

    def __str__(self):
        return (f"v{self.version} vrid {self.vrid} prio {self.priority} from {self.src}"
                f" [{' '.join(self.addresses)}]")


def parse(time, host, nic, frame):
    """An Arp, an Advert, or None for what is neither or is broken."""
    try:
        ether_type = struct.unpack_from("!H", frame, 12)[0]
        head = dict(time=time, host=host, nic=nic,
                    eth_dst=mac_text(frame[0:6]), eth_src=mac_text(frame[6:12]))
        if ether_type == 0x0806:
            operation = struct.unpack_from("!H", frame, 20)[0]
            return Arp(operation=operation, **head,
                       sender_mac=mac_text(frame[22:28]), sender_ip=ip_text(frame[28:32]),
                       target_mac=mac_text(frame[32:38]), target_ip=ip_text(frame[38:42]))
        if ether_type == 0x0800 and frame[23] == IPPROTO_VRRP:
            return _parse_advert(head, frame[14:])
    except (struct.error, IndexError, ipaddress.AddressValueError):
        pass
    return None


def _parse_advert(head, packet):
    header = (packet[0] & 15) * 4
    total, ident, fragment = struct.unpack_from("!HHH", packet, 2)
    body = packet[header:total]
    first, vrid, priority, count, word, _ = struct.unpack_from("!BBBBHH", body)
    version = first >> 4
    addresses = [ip_text(body[8 + 4 * i:12 + 4 * i]) for i in range(count)]
    summed = body
    if version == 3:
        interval, auth_type, auth_data = (word & 0xfff) / 100, 0, b""
        summed = packet[12:20] + struct.pack("!BBH", 0, IPPROTO_VRRP, len(body)) + body
    else:
        interval, auth_type = word & 0xff, word >> 8
        auth_data = body[8 + 4 * count:16 + 4 * count]
    return Advert(src=ip_text(packet[12:16]), dst=ip_text(packet[16:20]), ttl=packet[8],
                  tos=packet[1], ident=ident, dont_fragment=bool(fragment & 0x4000),
                  version=version, type=first & 15, vrid=vrid, priority=priority,
                  addresses=addresses, auth_type=auth_type, auth_data=auth_data,
                  interval=interval, checksum_ok=checksum(summed) == 0, body=bytes(body), **head)


def vrrp_body(version, vrid, priority, addresses, interval=1.0, auth_type=0, password=b"",
              kind=1, src=None, dst=VRRP_GROUP, count=None, trailer=None):
    """A VRRP message with a right checksum. The interval is in seconds."""
    listed = b"".join(ip_bytes(a) for a in addresses)
    count = len(addresses) if count is None else count
    word = round(interval * 100) & 0xfff if version == 3 else auth_type << 8 | int(interval)
    head = struct.pack("!BBBBHH", version << 4 | kind, vrid, priority, count, word, 0)
    if trailer is None:
        trailer = b"" if version == 3 else password.ljust(8, b"\0")[:8]
    body = head + listed + trailer
    pseudo = b""
    if version == 3:
        pseudo = ip_bytes(src) + ip_bytes(dst) + struct.pack("!BBH", 0, IPPROTO_VRRP, len(body))
    return body[:6] + struct.pack("!H", checksum(pseudo + body)) + body[8:]


def ip_packet(src, body, dst=VRRP_GROUP, ttl=255, total=None, protocol=IPPROTO_VRRP):
    total = 20 + len(body) if total is None else total
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0xc0, total, 1, 0, ttl, protocol, 0,
                       ip_bytes(src), ip_bytes(dst))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ethernet(src_mac, packet, dst_mac=VRRP_GROUP_MAC, ether_type=0x0800):
    return mac_bytes(dst_mac) + mac_bytes(src_mac) + struct.pack("!H", ether_type) + packet


def advert(src_mac, src, vrid, priority, addresses, version=2, ttl=255, **more):
    """A whole frame with a right advert."""
    body = vrrp_body(version, vrid, priority, addresses, src=src, **more)
    return ethernet(src_mac, ip_packet(src, body, ttl=ttl))
