"""The doors over TLS, as a partner's system meets them: what is spoken, whom a certificate or a token lets in, what is
renewed while others are served, and that who only knocks is in nobody's way."""
import concurrent.futures
import datetime
import hashlib
import http.client
import json
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from wot import Wot, now, wait_until


def openssl(*args):
    done = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout


class Certificate:
    """A key of its own with a certificate that it signed itself, or of another one's key."""

    def __init__(self, folder, name, of=None, days=30):
        """days: -1 ended yesterday."""
        self.path, self.key = folder / f"{name}.pem", of.key if of else folder / f"{name}.key"
        asked = folder / f"{name}.csr"
        if not of:
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key)
        openssl("req", "-new", "-key", self.key, "-subj", f"/CN={name}", "-out", asked)
        openssl("x509", "-req", "-in", asked, "-signkey", self.key, "-days", days, "-out", self.path)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.server, cls.partner, cls.stranger = (Certificate(cls.folder, n) for n in ("server", "partner", "stranger"))
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.write_config(https=f"127.0.0.1:{cls.wot.port('intake', tls=True)}", request_timeout_ms=3000,
                             tls_certificate=str(cls.server.path), tls_key=str(cls.server.key))
        cls.wot.wotctl("client", "add", "pinned", "partner", "--certificate", cls.partner.path)
        cls.wot.start("intake")

    def context(self, shown=None, version=None):
        context = ssl.create_default_context(cafile=self.server.path)
        context.check_hostname = False
        if shown:
            context.load_cert_chain(shown.path, shown.key)
        if version:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        return context

    def connect(self, shown=None, version=None):
        door = http.client.HTTPSConnection("127.0.0.1", self.wot.port("intake", tls=True), timeout=20,
                                           context=self.context(shown, version))
        self.addCleanup(door.close)
        return door

    def ask(self, door, path="/v1/referrals", token=None, body=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        door.request("POST" if body is not None else "GET", path, body, headers)
        answer = door.getresponse()
        return answer.status, answer.read()

    def reload(self):
        before = self.wot.log("intake").count("event=reloaded")
        self.wot.processes["intake"].send_signal(signal.SIGHUP)
        wait_until(lambda: self.wot.log("intake").count("event=reloaded") > before)


class TestTls(Tls):
    def test_only_1_3_and_1_2_are_spoken(self):
        for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
            self.assertEqual(self.ask(self.connect(version=version), "/healthz")[0], 200)
        for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                self.ask(self.connect(version=version), "/healthz")

    def test_a_certificate_or_a_token_lets_in_and_two_of_different_clients_do_not(self):
        gp = self.wot.token("gp")
        for shown, token, expected in [(None, None, 401), (None, gp, 200), (self.partner, None, 200),
                                       (self.partner, gp, 401), (self.stranger, None, 401), (self.stranger, gp, 401),
                                       (self.partner, "wrong", 401), (None, "wrong", 401)]:
            for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
                with self.subTest(shown=shown and shown.path.name, token=token, version=version):
                    self.assertEqual(self.ask(self.connect(shown, version), token=token)[0], expected)

    def test_what_comes_by_a_certificate_is_its_clients(self):
        referral = {"externalRef": "tls-1", "occurredAt": now(), "channel": "EMAIL", "problems": ["FINANCE"],
                    "referrer": {"organisation": "gp", "reference": "dossier"}, "consent": True}
        status, body = self.ask(self.connect(self.partner), body=json.dumps(referral))
        self.assertEqual(status, 202, body)
        self.assertIn(b"tls-1", self.ask(self.connect(self.partner))[1])
        self.assertNotIn(b"tls-1", self.ask(self.connect(), token=self.wot.token("gp"))[1])

    def test_a_renewed_certificate_of_the_same_key_goes_on_and_an_expired_one_is_nobodys(self):
        renewed = Certificate(self.folder, "renewed", of=self.partner)
        self.assertEqual(self.ask(self.connect(renewed))[0], 200)
        ended = Certificate(self.folder, "ended", of=self.partner, days=-1)
        self.assertEqual(self.ask(self.connect(ended))[0], 401)
        self.assertEqual(self.ask(self.connect(ended), token=self.wot.token("gp"))[0], 401)

    def test_pages_look_at_no_certificate(self):
        self.assertEqual(self.ask(self.connect(self.stranger), "/healthz")[0], 200)

    def test_a_pin_is_the_hash_of_the_public_key(self):
        der = subprocess.run(["openssl", "pkey", "-in", self.partner.key, "-pubout", "-outform", "der"], capture_output=True)
        self.assertIn(hashlib.sha256(der.stdout).hexdigest(), (self.wot.dir / "clients.yaml").read_text())

    def test_our_certificate_is_renewed_while_requests_are_under_way(self):
        def served():
            pem = ssl.get_server_certificate(("127.0.0.1", self.wot.port("intake", tls=True)))
            return re.sub(r"\s", "", pem)

        doors = [self.connect() for _ in range(20)]
        for door in doors:
            door.connect()
        before = served()
        self.addCleanup(self.reload)
        kept = self.server.path.read_text()
        self.addCleanup(self.server.path.write_text, kept)
        fresh = Certificate(self.folder, "fresh", of=self.server)

        def several(door):
            return [self.ask(door, "/healthz")[0] for _ in range(50)]
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            asked = [pool.submit(several, door) for door in doors]
            self.server.path.write_text(fresh.path.read_text())
            self.reload()
            self.assertEqual({status for one in asked for status in one.result()}, {200})
        self.assertNotEqual(served(), before)

    def test_a_certificate_that_is_none_leaves_the_old_one_in_force(self):
        kept = self.server.path.read_text()
        self.addCleanup(self.server.path.write_text, kept)
        self.server.path.write_text("no certificate")
        self.reload()
        self.assertIn("file=certificate", self.wot.log("intake"))
        self.server.path.write_text(kept)  # for who trusts it
        self.assertEqual(self.ask(self.connect(), "/healthz")[0], 200)

    def test_no_session_is_taken_up_again(self):
        for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
            context, session = self.context(self.partner, version), None
            for _ in range(2):
                with socket.create_connection(("127.0.0.1", self.wot.port("intake", tls=True))) as plain, \
                        context.wrap_socket(plain, session=session) as door:
                    door.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    while door.recv(4096):
                        pass
                    self.assertFalse(door.session_reused)
                    session = door.session

    def test_two_hundred_requests_in_one_stream_are_answered_in_order(self):
        with socket.create_connection(("127.0.0.1", self.wot.port("intake", tls=True))) as plain, \
                self.context().wrap_socket(plain) as door:
            asked = b"".join(b"GET /none-%d HTTP/1.1\r\nHost: x\r\n\r\n" % i for i in range(199))
            door.sendall(asked + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            heard = b""
            while piece := door.recv(65536):
                heard += piece
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", heard), [b"404"] * 199 + [b"200"])

    def test_a_large_body_comes_whole(self):
        lines = [{"externalRef": f"big-{i}", "occurredAt": now(), "theme": "HOUSING", "channel": "PHONE"} for i in range(1000)]
        status, body = self.ask(self.connect(), "/v1/brief-contacts", self.wot.token("desk"), json.dumps(lines, indent=60))
        self.assertEqual(status, 207, body[:300])
        self.assertEqual(len(json.loads(body)), 1000)

    def test_who_only_knocks_is_shown_out_and_in_nobodys_way(self):
        place = ("127.0.0.1", self.wot.port("intake", tls=True))
        silent = [socket.create_connection(place) for _ in range(100)]
        for sock in silent:
            self.addCleanup(sock.close)
        noise = [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 70000, b"\x16\x03\x01\x00\x05hello", b"\0" * 100]
        for sock, bytes_ in zip(silent, noise):
            sock.sendall(bytes_)
        self.assertEqual(self.ask(self.connect(), "/healthz")[0], 200)
        for sock in silent:
            sock.settimeout(20)
            try:
                while sock.recv(4096):
                    pass
            except ConnectionError:
                pass
        self.assertEqual(self.ask(self.connect(), "/healthz")[0], 200)

    def test_who_begins_a_handshake_again_is_shown_out(self):
        asked = subprocess.run(
            ["openssl", "s_client", "-tls1_2", "-legacy_renegotiation", "-connect",
             f"127.0.0.1:{self.wot.port('intake', tls=True)}"], input="R\n", capture_output=True, text=True, timeout=30)
        self.assertRegex(asked.stdout + asked.stderr, "RENEGOTIATING")
        self.assertNotIn("HTTP/1.1", asked.stdout)
        self.assertEqual(self.ask(self.connect(), "/healthz")[0], 200)


class TestTokens(Tls):
    def test_a_token_before_goes_on_until_its_day_and_then_is_nobodys(self):
        first = self.wot.token("gp")
        self.wot.wotctl("client", "rotate", "gp", "--keep", "3")
        self.reload()
        second = self.wot.token("gp")
        for token in (first, second):
            self.assertEqual(self.ask(self.connect(), token=token)[0], 200)
        listed = self.wot.wotctl("client", "list").stdout
        last = datetime.date.today() + datetime.timedelta(days=3)
        self.assertRegex(listed, rf"gp +partner +token until {last} token")
        path = self.wot.dir / "clients.yaml"
        path.write_text(path.read_text().replace(str(last), str(datetime.date.today() - datetime.timedelta(days=1))))
        self.reload()
        self.assertEqual([self.ask(self.connect(), token=token)[0] for token in (first, second)], [401, 200])

    def test_who_is_rotated_without_keeping_is_out_at_once(self):
        first = self.wot.token("police")
        self.wot.wotctl("client", "rotate", "police", "--keep", "0")
        self.reload()
        self.assertEqual([self.ask(self.connect(), token=token)[0] for token in (first, self.wot.token("police"))], [401, 200])
        for days in ("-1", "x", "367", ""):
            self.assertEqual(self.wot.wotctl("client", "rotate", "police", "--keep", days, check=False).returncode, 2)

    def test_a_token_can_go_where_it_is_wanted(self):
        to = self.folder / "token"
        self.wot.wotctl("client", "add", "elsewhere", "partner", "--token-to", to)
        self.assertEqual(to.stat().st_mode & 0o777, 0o600)
        self.assertFalse((self.wot.dir / "keys" / "elsewhere.token").exists())
        self.reload()
        self.assertEqual(self.ask(self.connect(), token=to.read_text().strip())[0], 200)

    def test_what_is_no_certificate_is_refused_and_changes_nothing(self):
        before = (self.wot.dir / "clients.yaml").read_text()
        for path, said in [(self.partner.key, "no certificate"), ("/nowhere", "cannot be read")]:
            done = self.wot.wotctl("client", "add", "new", "partner", "--certificate", path, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
        self.assertEqual((self.wot.dir / "clients.yaml").read_text(), before)


class TestSettings(unittest.TestCase):
    def test_https_without_a_certificate_or_with_a_key_of_another_is_refused_at_the_start(self):
        with tempfile.TemporaryDirectory() as folder, Wot() as wot:
            one, other = Certificate(pathlib.Path(folder), "one"), Certificate(pathlib.Path(folder), "other")
            place = f"127.0.0.1:{wot.port('intake', tls=True)}"
            for settings, said in [({}, "needs tls_certificate and tls_key"),
                                   ({"tls_certificate": str(one.path), "tls_key": "/nowhere"}, "/nowhere"),
                                   ({"tls_certificate": str(one.path), "tls_key": str(other.key)}, "its own key")]:
                wot.settings = {}
                wot.write_config(https=place, **settings)
                wot.spawn("intake")
                self.assertEqual(wot.processes["intake"].wait(20), 2)
                self.assertIn(said, wot.log("intake"))


if __name__ == "__main__":
    unittest.main()
