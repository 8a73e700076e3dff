# SPDX-License-Identifier: MIT
"""Configurations for the differential test: written by hand, one mistake or feature each, and
mutations of good ones. cases() gives a dict of name -> {file name: text}; the file that is read is
`main.conf`. Names and texts are the same at every run.

To cover a keyword: put its line, right and wrong, into the list of its block."""
import random
import re

BASE = """\
vrrp_script chk {
    script "/bin/true"
    interval 2
    weight -20
    rise 2
    fall 3
    user root
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress {
        10.9.0.100/24 dev eth0 label eth0:1
        10.9.0.101/24
    }
    track_script {
        chk
    }
    track_interface {
        eth1
    }
}
"""
PAIR = """\
global_defs {
    router_id one
    vrrp_version 3
}
vrrp_instance A {
    interface eth0
    virtual_router_id 1
    priority 150
    nopreempt
    state BACKUP
    virtual_ipaddress {
        10.9.1.1/24
    }
}
vrrp_instance B {
    interface eth1
    virtual_router_id 2
    priority 50
    advert_int 0.5
    garp_master_delay 2
    virtual_ipaddress {
        10.9.2.1/24 dev eth1
    }
}
"""
SQUID = """\
vrrp_script squid {
    script "/usr/bin/test -d /"
    interval 3
    user root
}
vrrp_instance proxy {
    state MASTER
    interface eth0
    virtual_router_id 7
    priority 200
    virtual_ipaddress {
        10.9.3.1/24 dev eth0 label eth0:v
    }
    track_interface {
        eth1 weight 10
    }
    track_script {
        squid weight 5
    }
    notify "/bin/true" root
}
"""
TEMPLATE = """\
$IF=eth0
$NET=10.9.${SUB}
$SUB=4
$COMMON= \\
    interface $IF \\
    state BACKUP \\
    @^nobody advert_int 1 \\
    @nobody advert_int x
~SEQ(i, 10, 12) $P${i}=${i}0
vrrp_instance V_${P10} {
    $COMMON
    virtual_router_id $P10
    priority $P11
    virtual_ipaddress {
        ~SEQ(j, 1, 2, 5) ${NET}.${j}/24
        ~LST({k, l}, {6,7}, {8,9}) 10.9.${k}.${l}/24 dev $IF
    }
}
"""


def instance(lines="", vips="10.9.0.1/24", name="VI_1", vrid="virtual_router_id 51",
             interface="interface eth0"):
    return (f"vrrp_instance {name} {{\n    {interface}\n    {vrid}\n    {lines}\n"
            f"    virtual_ipaddress {{\n        {vips}\n    }}\n}}\n")


def script(lines, tracked=True):
    track = "track_script {\n        s\n    }" if tracked else ""
    return f"vrrp_script s {{\n    {lines}\n}}\n" + instance(track)


# --- lines of an instance ---------------------------------------------------------------------
INSTANCE = """
state MASTER
state BACKUP
state master
state FAULT
state SLAVE
priority 1
priority 254
priority 255
priority 0
priority 256
priority -1
priority abc
priority 10x
priority
priority 1.5
priority 0x10
priority "100"
priority 100 # why
priority 100 200
prioriy 100
PRIORITY 100
advert_int 1
advert_int 10
advert_int 255
advert_int 256
advert_int 0
advert_int -1
advert_int abc
advert_int
advert_int 0.5
advert_int 1.5
advert_in 1
version 2
version 3
version 4
version 1
version
version 3\n advert_int 0.25
version 3\n advert_int 41
version 2\n advert_int 0.25
nopreempt
nopreempt\n state BACKUP
nopreempt\n state MASTER
preempt
preempt_delay 10
preempt_delay 0
preempt_delay 1000
preempt_delay 1001
preempt_delay -1
preempt_delay x
preempt_delay 10\n state BACKUP
garp_master_delay 5
garp_master_delay 0
garp_master_delay -1
garp_master_delay x
garp_master_repeat 3
garp_master_repeat 0
garp_master_repeat x
garp_master_refresh 60
garp_master_refresh x
garp_master_refresh_repeat 2
garp_lower_prio_delay 5
garp_lower_prio_repeat 2
lower_prio_no_advert
lower_prio_no_advert on
lower_prio_no_advert maybe
higher_prio_send_advert
higher_prio_send_advert false
dont_track_primary
accept
no_accept
debug 1
debug
smtp_alert
strict_mode
strict_mode off
mcast_src_ip 10.9.0.5
mcast_src_ip 10.9.0.500
mcast_src_ip
mcast_dst_ip 224.0.0.99
down_timer_adverts 3
down_timer_adverts 1
down_timer_adverts 101
down_timer_adverts 0
skip_check_adv_addr
native_foo
router_id x
virtual_router_id 0
virtual_router_id 256
virtual_router_id 52
virtual_router_id x
interface eth1
interface eth9
interface
authentication {\n auth_type PASS\n auth_pass secret\n }
authentication {\n auth_type PASS\n auth_pass 123456789\n }
authentication {\n auth_type PASS\n auth_pass a#b\n }
authentication {\n auth_type PASS\n auth_pass "a#b"\n }
authentication {\n auth_type FOO\n auth_pass x\n }
authentication {\n auth_type PASS\n }
authentication {\n auth_pass secret\n }
authentication {\n auth_type\n auth_pass secret\n }
authentication {\n auth_type PASS\n auth_pass\n }
authentication {\n auth_type PASS\n auth_pass x\n foo\n }
authentication {\n }
track_interface {\n eth1\n }
track_interface {\n eth1 weight 10\n }
track_interface {\n eth1 weight 254\n }
track_interface {\n eth1 weight 300\n }
track_interface {\n eth1 weight -20\n }
track_interface {\n eth1 weight x\n }
track_interface {\n eth1 weight\n }
track_interface {\n eth1 foo\n }
track_interface {\n eth9\n }
track_interface {\n }
track_interface {\n eth1\n eth1\n }
track_script {\n none\n }
track_script {\n }
notify_master "/bin/true"
notify_master "/bin/true x y"
notify_backup /bin/true
notify_fault "/missing/x"
notify_stop "/bin/true" root
notify "/bin/true" root root
notify "/bin/true" nobody_such
notify
notify_master
notify_master_rx_lower_pri "/bin/true"
virtual_ipaddress_excluded {\n 10.9.5.5/24\n }
virtual_ipaddress_excluded {\n 10.9.5.500\n }
virtual_ipaddress_excluded {\n }
foo
foo bar
foo {\n bar\n }
<<<<<<< HEAD
=======
@nobody priority 300
@^nobody priority 30
@nobody {
"priority" 100
priority "100
priority 1OO
state "MASTER"
state MASTER BACKUP
"""
VIPS = """
10.9.0.1
10.9.0.1/32
10.9.0.1/0
10.9.0.1/33
10.9.0.1/-1
10.9.0.1/x
10.9.0.1/
10.9.0.1/255.255.255.0
10.9.0.300/24
10.9.0
10.9.0.0.1
hostname
10.9.0.1/24 dev eth0
10.9.0.1/24 dev eth1
10.9.0.1/24 dev eth9
10.9.0.1/24 dev
10.9.0.1/24 dev eth0 label eth0:1
10.9.0.1/24 label eth0:12345678
10.9.0.1/24 label eth0:123456789012
10.9.0.1/24 label foo
10.9.0.1/24 label
10.9.0.1/24 brd 10.9.0.255
10.9.0.1/24 brd 10.9.0.355
10.9.0.1/24 brd +
10.9.0.1/24 brd -
10.9.0.1/24 brd
10.9.0.1/24 scope global
10.9.0.1/24 scope link
10.9.0.1/24 scope host
10.9.0.1/24 scope 200
10.9.0.1/24 scope foo
10.9.0.1/24 foo
10.9.0.1/24 dev eth0 foo bar
10.9.0.1/24 scope global dev eth0
dev eth0 10.9.0.1/24
10.9.0.1/24 10.9.0.2/24
10.9.0.1/24\n 10.9.0.1/24
10.9.0.1/24\n 10.9.0.2/24 # comment
10.9.0.1/24 ! comment
"10.9.0.1/24"
10.9.0.1/24 { }
10.9.0.1-5/24
~SEQ(i, 1, 5) 10.9.0.$i/24
~SEQ(i, 5, -2, 1) 10.9.0.${i}/24
~SEQ(i, 1, 0, 5) 10.9.0.${i}/24
~SEQ(i) 10.9.0.${i}/24
~SEQ(i, a, b) 10.9.0.${i}/24
~SEQ(i, 250, 260) 10.9.0.${i}/24
~LST(i, 1,2,7) 10.9.0.${i}/24
~LST({i,j}, {1,2},{3,4}) 10.9.${i}.${j}/24
~LST({i,j}, {1,2,3}) 10.9.${i}.${j}/24
~LST(i) 10.9.0.${i}/24
@nobody foo\n 10.9.0.1/24
@^nobody 10.9.0.1/24
10.9.0.${_RANDOM 7 7}/24
"""
SCRIPTS = """
script "/bin/true"
script /bin/true
script "/bin/true -x 'a b'"
script "/missing/script"
script "true"
script ""
script
script "/bin/true
script "/bin/true"\n interval 5
script "/bin/true"\n interval 0
script "/bin/true"\n interval -1
script "/bin/true"\n interval 0.5
script "/bin/true"\n interval x
script "/bin/true"\n interval
script "/bin/true"\n interval 1000001
script "/bin/true"\n weight 10
script "/bin/true"\n weight -10
script "/bin/true"\n weight 253
script "/bin/true"\n weight 254
script "/bin/true"\n weight -254
script "/bin/true"\n weight x
script "/bin/true"\n weight 5 reverse
script "/bin/true"\n weight
script "/bin/true"\n weigth 5
script "/bin/true"\n rise 3
script "/bin/true"\n rise 0
script "/bin/true"\n rise x
script "/bin/true"\n fall 3
script "/bin/true"\n fall 0
script "/bin/true"\n fall -1
script "/bin/true"\n timeout 5
script "/bin/true"\n timeout 0
script "/bin/true"\n timeout x
script "/bin/true"\n user root
script "/bin/true"\n user root root
script "/bin/true"\n user nobody_such
script "/bin/true"\n user root nogroup_such
script "/bin/true"\n user
script "/bin/true"\n init_fail
script "/bin/true"\n foo
script "/bin/true"\n script "/bin/false"
script "/bin/true | grep x"
interval 5
"""
GLOBALS = """
router_id x
router_id "a b"
router_id
enable_script_security
script_user root
script_user root root
script_user nobody_such
script_user
vrrp_version 2
vrrp_version 3
vrrp_version 5
vrrp_version x
vrrp_garp_master_delay 5
vrrp_garp_master_delay x
vrrp_garp_master_repeat 2
vrrp_garp_master_refresh 10
vrrp_mcast_group4 224.0.0.18
vrrp_mcast_group4 10.0.0.1
vrrp_mcast_group4 x
vrrp_startup_delay 5
vrrp_startup_delay x
dynamic_interfaces
dynamic_interfaces allow_if_changes
dynamic_interfaces foo
vrrp_skip_check_adv_addr
vrrp_strict
lvs_id x
script_security
foo
foo { bar }
notification_email {\n a@b.c\n }
smtp_server 127.0.0.1
smtp_connect_timeout 30
max_auto_priority 50
vrrp_priority -10
vrrp_no_swap
checker_no_swap
use_pid_dir
"""
# --- whole files ------------------------------------------------------------------------------
SYNTAX = {
    "empty": "",
    "only-comment": "# nothing\n! nothing\n",
    "no-newline-at-end": instance().rstrip("\n"),
    "crlf": instance().replace("\n", "\r\n"),
    "tabs": instance().replace("    ", "\t"),
    "brace-on-next-line": instance().replace(" {", "\n{"),
    "brace-glued": instance().replace(" {", "{"),
    "missing-close": instance()[:-2],
    "extra-close": instance() + "}\n",
    "double-open": instance().replace(" {", " { {", 1),
    "missing-open": instance().replace(" {", "", 1),
    "missing-open-vips": instance().replace("ipaddress {", "ipaddress"),
    "unknown-top": "foo\n" + instance(),
    "unknown-top-block": "foo {\n bar\n}\n" + instance(),
    "misspelt-top": instance().replace("vrrp_instance", "vrrp_instanc"),
    "no-name": instance(name=""),
    "quoted-name": instance(name='"VI 1"'),
    "same-name-twice": instance() + instance(vrid="virtual_router_id 52"),
    "same-vrid-twice": instance() + instance(name="VI_2"),
    "same-vrid-other-interface": instance() + instance(name="V2", interface="interface eth1"),
    "no-vrid": instance(vrid=""),
    "no-interface": instance(interface=""),
    "no-vips": instance(vips=""),
    "no-vip-block": "vrrp_instance x {\n interface eth0\n virtual_router_id 1\n}\n",
    "script-below": instance("track_script {\n s\n }")
                    + 'vrrp_script s {\n script "/bin/true"\n}\n',
    "script-untracked": script('script "/bin/true"', tracked=False),
    "script-no-name": script('script "/bin/true"').replace("vrrp_script s", "vrrp_script"),
    "script-twice": 'vrrp_script s {\n script "/bin/true"\n}\n' + script('script "/bin/true"'),
    "script-weight-in-track": script('script "/bin/true"').replace("        s\n", "  s weight 5\n"),
    "script-bad-weight-in-track": script('script "/bin/true"').replace("        s\n", "  s weight x\n"),
    "one-line": "vrrp_instance x { interface eth0 virtual_router_id 1 }\n",
    "comment-with-brace": instance("# } { } }"),
    "comment-after-word": instance("priority 100# x"),
    "semicolons": instance("priority 100;"),
    "equals": instance("priority = 100"),
    "global-twice": "global_defs {\n router_id a\n}\nglobal_defs {\n vrrp_version 3\n}\n" + instance(),
    "merge-conflict": instance("<<<<<<< HEAD\n priority 1\n=======\n priority 2\n>>>>>>> x"),
    "escaped-quotes": script('script \\"/bin/true\\"'),
    "byte-order-mark": "\ufeff" + instance(),
    "instances-20": "".join(instance(name=f"V{i}", vrid=f"virtual_router_id {i}",
                                     vips=f"10.9.{i}.1/24") for i in range(1, 21)),
}
PREPROCESSOR = {
    "variable": "$P=150\n" + instance("priority $P"),
    "variable-braces": "$P=15\n" + instance("priority ${P}0"),
    "variable-wrong-value": "$P=300\n" + instance("priority $P"),
    "variable-undefined": instance("priority $P"),
    "variable-undefined-braces": instance("priority ${P}"),
    "variable-empty": "$P=\n" + instance("priority $P"),
    "variable-after-use": instance("priority $P") + "$P=150\n",
    "variable-recursive": "$A=10.9.${B}\n$B=0\n" + instance(vips="${A}.1/24"),
    "variable-redefined": "$A=${B}\n$B=900\n$B=90\n" + instance("priority $A"),
    "variable-in-quotes": "$P=150\n" + instance('priority "${P}"'),
    "variable-glued": "$P=150\n" + instance("priority $P.0"),
    "variable-space-before-equals": "$P =150\n" + instance("priority $P"),
    "variable-in-block": instance("$P=150\n priority $P"),
    "variable-block-name": "$N=VI_9\n" + instance(name="${N}"),
    "variable-keyword": "$K=priority\n" + instance("$K 100"),
    "variable-line": "$L=priority 100\n" + instance("$L"),
    "variable-comment": "$P=150 # why\n" + instance("priority $P"),
    "lines": "$M= \\\npriority 150 \\\nadvert_int 1\n" + instance("$M"),
    "lines-wrong": "$M= \\\npriority 150 \\\nadvert_int x\n" + instance("$M"),
    "lines-with-block": "$M= \\\ntrack_interface { \\\n eth1 \\\n }\n" + instance("$M"),
    "lines-instance": "$M= \\\n" + " \\\n".join(instance(
        name="V${i}", vrid="virtual_router_id ${i}", vips="10.9.${i}.1/24").strip().split("\n"))
        + "\n$i=3\n$M\n$i=4\n$M\n",
    "lines-seq": "$M= \\\n" + " \\\n".join(instance(
        name="V${i}", vrid="virtual_router_id ${i}", vips="10.9.${i}.1/24").strip().split("\n"))
        + "\n~SEQ(i, 1, 9) $M\n",
    "lines-seq-wrong": "$M= \\\n" + " \\\n".join(instance(
        name="V${i}", vrid="virtual_router_id ${i}", vips="10.9.0.1/24").strip().split("\n"))
        + "\n~SEQ(i, 254, 257) $M\n",
    "condition-own": instance("@other priority 300\n @^other priority 100"),
    "condition-wrong": instance("@^other priority 300"),
    "condition-block": "@other " + instance().replace("\n", "\n@other ") + "\n",
    "hash-quoted": "global_defs {\n router_id \"a${_HASH}b\"\n}\n" + instance(),
    "random": instance("priority ${_RANDOM 100 200}\n"),
    "random-plain": instance("debug ${_RANDOM}\n"),
    "instance": instance(name="V${_INSTANCE}"),
    "pwd": script('script "${_PWD}/none"'),
    "seq-top": "~SEQ(i, 1, 3) $X=$i\n" + instance("priority $X"),
    "seq-hexadecimal": instance(vips="~SEQx(i, 10, 12) 10.9.0.${i}/24"),
}
INCLUDES = {
    "include": {"main.conf": "include b.conf\n", "b.conf": instance()},
    "include-wrong": {"main.conf": "include b.conf\n", "b.conf": instance("priority 300")},
    "include-in-block": {"main.conf": instance("include b.inc"), "b.inc": "priority 99\n"},
    "include-vips": {"main.conf": instance(vips="include b.inc"), "b.inc": "10.9.0.1/24\n"},
    "include-glob": {"main.conf": "include *.inc\n", "1.inc": instance(),
                     "2.inc": instance(name="V2", vrid="virtual_router_id 9")},
    "include-glob-none": {"main.conf": instance() + "include *.none\n"},
    "include-braces": {"main.conf": "include {1,2}.inc\n", "1.inc": instance(),
                       "2.inc": instance(name="V2", vrid="virtual_router_id 9")},
    "include-missing": {"main.conf": instance() + "include none.conf\n"},
    "includer-missing": {"main.conf": instance() + "includer none.conf\n"},
    "includem-missing": {"main.conf": instance() + "includem none.conf\n"},
    "includew-missing": {"main.conf": instance() + "includew *.none\n"},
    "includeb-missing": {"main.conf": instance() + "includeb {1,2}.inc\n", "1.inc": "\n"},
    "includea-missing": {"main.conf": instance() + "includea none.conf\n"},
    "includea-there": {"main.conf": "includea b.conf\n", "b.conf": instance()},
    "include-half-block": {"main.conf": "include b.conf\n}\n", "b.conf": instance()[:-2]},
    "include-nested": {"main.conf": "include b.conf\n", "b.conf": "include c.conf\n",
                       "c.conf": instance()},
    "include-defines": {"main.conf": "include v.conf\n" + instance("priority $P"),
                        "v.conf": "$P=77\n"},
    "include-unknown-variant": {"main.conf": "includez b.conf\n" + instance(), "b.conf": "\n"},
    "include-without-file": {"main.conf": "include\n" + instance()},
}


def slug(text):
    return re.sub(r"[^A-Za-z0-9.+-]+", "_", text.replace("\\n", "_"))[:60].strip("_") or "none"


def lines(section, text, make):
    taken = {}
    for line in text.strip("\n").split("\n"):
        name = f"{section}/{slug(line)}"
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1:
            name += f"~{taken[name]}"
        yield name, {"main.conf": make(line.replace("\\n", "\n"))}


# --- mutations --------------------------------------------------------------------------------
NUMBERS = ["0", "-1", "256", "99999999999", "1.5", "x", "1x", ""]
WORDS = ["foo", "prioritty", "on", "eth9", "\"", "{", "}", "#", "10.9.9.9"]


def mutate(rng, text):
    tokens = re.split(r"(\s+)", text)
    words = [i for i, t in enumerate(tokens) if t.strip()]
    numbers = [i for i in words if re.fullmatch(r"\d+", tokens[i])]
    kind = rng.choice(["delete", "double-brace", "number", "word", "swap", "line", "double-line"])
    if kind == "delete":
        tokens[rng.choice(words)] = ""
    elif kind == "double-brace":
        i = rng.choice([i for i in words if tokens[i] in "{}"])
        tokens[i] += " " + tokens[i]
    elif kind == "number" and numbers:
        tokens[rng.choice(numbers)] = rng.choice(NUMBERS)
    elif kind == "word":
        tokens[rng.choice(words)] = rng.choice(WORDS)
    elif kind == "swap":
        i = rng.choice(words[:-1])
        j = words[words.index(i) + 1]
        tokens[i], tokens[j] = tokens[j], tokens[i]
    elif kind in ("line", "double-line"):
        all_lines = text.split("\n")
        i = rng.randrange(len(all_lines) - 1)
        all_lines[i:i + 1] = [] if kind == "line" else [all_lines[i]] * 2
        return kind, "\n".join(all_lines)
    return kind, "".join(tokens)


def mutations(count):
    for base, text in (("base", BASE), ("pair", PAIR), ("squid", SQUID), ("template", TEMPLATE)):
        for n in range(count):
            kind, mutant = mutate(random.Random(f"{base} {n}"), text)
            yield f"mutant/{base}-{n:03}-{kind}", {"main.conf": mutant}


def cases():
    every = {"good/base": {"main.conf": BASE}, "good/pair": {"main.conf": PAIR},
             "good/squid": {"main.conf": SQUID}}
    every.update(lines("instance", INSTANCE, instance))
    every.update(lines("vip", VIPS, lambda line: instance(vips=line)))
    every.update(lines("script", SCRIPTS, script))
    every.update(lines("global", GLOBALS, lambda line: f"global_defs {{\n {line}\n}}\n" + instance()))
    for section, files in (("syntax", SYNTAX), ("preprocessor", PREPROCESSOR)):
        every.update({f"{section}/{name}": {"main.conf": text} for name, text in files.items()})
    every.update({f"include/{name}": files for name, files in INCLUDES.items()})
    every.update(mutations(40))
    return every
