#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""test_mail.py REGENT-MAIL: a message reaches a mail server, and each way in which it does not
ends with status 1 and one line that says why."""
import email
import email.header
import os
import socket
import subprocess
import sys
import threading
import time
import unittest

PROGRAM = None
LIMIT = 30  # seconds until a program or server that hangs is a failure


class Server:
    """One conversation. `answers` says what a command gets instead of the usual answer; None ends
    the conversation there, "hang" keeps it without an answer."""

    def __init__(self, answers=None, greeting="220 mail.example ready"):
        self.answers = answers or {}
        self.greeting = greeting
        self.commands = []
        self.data = None
        self.done = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(LIMIT)
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        self.done.set()
        self.thread.join(LIMIT)
        self.socket.close()

    def serve(self):
        connection, _ = self.socket.accept()
        connection.settimeout(LIMIT)
        with connection, connection.makefile("rb") as lines:
            self.talk(connection, lines)

    def say(self, connection, text):
        if text == "hang":
            self.done.wait(LIMIT)
            return False
        if text is None:
            return False
        connection.sendall(text.encode() + b"\r\n")
        return True

    def talk(self, connection, lines):
        if not self.say(connection, self.greeting):
            return
        for line in lines:
            command = line.decode().rstrip("\r\n")
            self.commands.append(command)
            word = command.split(" ")[0].split(":")[0].upper()
            usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 fine")
            answer = self.answers.get(command, self.answers.get(word, usual))
            if not self.say(connection, answer) or word == "QUIT":
                return
            if word == "DATA" and answer.startswith("354"):
                if not self.take(connection, lines):
                    return

    def take(self, connection, lines):
        data = b""
        if self.answers.get("text") == "close":
            return False
        for line in lines:
            if line == b".\r\n":
                self.data = data
                return self.say(connection, self.answers.get("end", "250 taken"))
            data += line[1:] if line.startswith(b".") else line
        return False


def send(text):
    began = time.monotonic()
    done = subprocess.run([PROGRAM], input=text.encode() if isinstance(text, str) else text,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT)
    return done.returncode, done.stderr.decode(), time.monotonic() - began


def message(port, text="all is well\n", to=("b@example.org",), **fields):
    fields = {"helo": "node1.example.org", "from": "a@example.org",
              "subject": "VI is MASTER", "timeout": "20", **fields}
    return "".join([f"url: smtp://127.0.0.1:{port}\n",
                    *(f"{k}: {v}\n" for k, v in fields.items() if v is not None),
                    *(f"to: {t}\n" for t in to), "\n", text])


class Mail(unittest.TestCase):
    def serve(self, *args, **kwargs):
        server = Server(*args, **kwargs)
        self.addCleanup(server.close)
        return server

    def refused(self, text, *words):
        code, error, took = send(text)
        self.assertEqual(code, 1, error)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertTrue(error.startswith("regent-mail: ") and error.endswith("\n"), error)
        for word in words:
            self.assertIn(word, error)
        return took

    def test_taken(self):
        server = self.serve()
        code, error, _ = send(message(
            server.port, "one\n.two\n.\n..\r\nBcc: x@example.org\n\nlast", to=("b@example.org",
                                                                               "c@example.org")))
        server.close()
        self.assertEqual((code, error), (0, ""))
        self.assertEqual(server.commands[:5], [
            "EHLO node1.example.org", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>",
            "RCPT TO:<c@example.org>", "DATA"])
        self.assertNotIn(b"\n", server.data.replace(b"\r\n", b""))
        self.assertNotIn(b"\r", server.data.replace(b"\r\n", b""))
        mail = email.message_from_bytes(server.data)
        self.assertEqual(mail["From"], "<a@example.org>")
        self.assertEqual(mail["To"].split(), ["<b@example.org>,", "<c@example.org>"])
        self.assertEqual(mail["Subject"], "VI is MASTER")
        self.assertIsNotNone(email.utils.parsedate_to_datetime(mail["Date"]))
        self.assertIsNone(mail["Bcc"])
        self.assertEqual(mail.get_payload(),
                         "one\r\n.two\r\n.\r\n..\r\nBcc: x@example.org\r\n\r\nlast\r\n")

    def test_text_that_looks_like_header(self):
        server = self.serve()
        code, error, _ = send(message(server.port, "Subject: other\n\nx\n", subject=None))
        server.close()
        self.assertEqual((code, error), (0, ""))
        mail = email.message_from_bytes(server.data)
        self.assertEqual(mail["Subject"], "")
        self.assertEqual(mail.get_payload(), "Subject: other\r\n\r\nx\r\n")

    def test_subject_of_other_letters(self):
        server = self.serve()
        subject = "Übergang — " + "größer " * 20
        self.assertEqual(send(message(server.port, subject=subject))[0], 0)
        server.close()
        raw = email.message_from_bytes(server.data)["Subject"]
        got = str(email.header.make_header(email.header.decode_header(raw)))
        self.assertEqual(got, subject)
        self.assertTrue(all(len(line) < 80 for line in server.data.split(b"\r\n")))

    def test_long_line(self):
        server = self.serve()
        self.assertEqual(send(message(server.port, "x" * 5000 + "\n"))[0], 0)
        server.close()
        self.assertTrue(all(len(line) <= 998 for line in server.data.split(b"\r\n")))

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        self.refused(message(port), f"smtp://127.0.0.1:{port}", "onnect")

    def test_recipient_refused(self):
        server = self.serve({"RCPT": "550 no such user"})
        self.refused(message(server.port), str(server.port), "RCPT TO:<b@example.org>: "
                     "550 no such user")

    def test_one_recipient_refused(self):
        server = self.serve({"RCPT TO:<b@example.org>": "550 no such user"})
        self.refused(message(server.port, to=("b@example.org", "c@example.org")),
                     "RCPT TO:<b@example.org>: 550 no such user", "others have it")
        server.close()
        self.assertIn(b"all is well", server.data)

    def test_refused_at_each_step(self):
        for step, said in (("MAIL", "MAIL FROM:<a@example.org>: 550 not you"),
                           ("DATA", "DATA: 550 not you"), ("end", "550 not you")):
            with self.subTest(step):
                server = self.serve({step: "550 not you"})
                self.refused(message(server.port), said)
        server = self.serve(greeting="554 closed")
        self.refused(message(server.port), "554 closed")

    def test_hangs(self):
        for answers, greeting in (({}, "hang"), ({"MAIL": "hang"}, "220 hi"),
                                  ({"end": "hang"}, "220 hi")):
            with self.subTest(answers=answers, greeting=greeting):
                server = self.serve(answers, greeting)
                took = self.refused(message(server.port, timeout="1"), "ime")
                self.assertLess(took, 20)

    def test_closes_in_the_middle(self):
        for answers in ({"EHLO": None, "HELO": None}, {"RCPT": None}, {"text": "close"},
                        {"end": None}):
            with self.subTest(answers):
                server = self.serve(answers)
                self.refused(message(server.port), str(server.port))

    def test_bad_input(self):
        good = message(1)
        for text, words in (
                ("", "no empty line"),
                (good.replace("smtp://", "file://"), "url"),
                (good.replace("smtp://127.0.0.1:1", "smtp://127.0.0.1:1/x?y"), "url"),
                (good.replace("a@example.org", "a@example.org\r"), "from"),
                (good.replace("b@example.org", "b@example.org> SIZE=1"), "to"),
                (good.replace("b@example.org", "b@example.org>\rDATA"), "to"),
                (good.replace("node1", "node1 x"), "helo"),
                (good.replace("VI is", "VI\ris"), "subject"),
                (good.replace("timeout: 20", "timeout: 0"), "timeout"),
                (good.replace("to: ", "cc: "), "not known"),
                (good.replace("from: a@example.org\n", ""), "no from"),
                (good + "\0", "text")):
            with self.subTest(words):
                self.refused(text, "standard input", words)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
