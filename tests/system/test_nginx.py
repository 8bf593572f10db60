"""wot behind nginx as deploy/nginx/wot.conf says it: one origin over TLS, and who tries codes is counted by his own address."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from wot import ROOT, Wot, now, ports_take, wait_until

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
NAME = "wot.example.nl"


@unittest.skipUnless(NGINX and shutil.which("openssl"), "deploy/install-deps.sh --dev installs nginx and openssl")
class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.port, lock = ports_take(2)
        cls.addClassCleanup(lock.close)
        cls.wot = cls.enterClassContext(Wot(settings={"public_url": f"https://{NAME}", "trusted_proxies": "127.0.0.1"}))
        cls.wot.start()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-keyout", cls.dir / "wot.key", "-out", cls.dir / "wot.pem", "-subj", f"/CN={NAME}",
                        "-addext", f"subjectAltName=DNS:{NAME}"], check=True, capture_output=True)
        cls.nginx_start()

    @classmethod
    def nginx_start(cls):
        """The file as it is shipped, but for its ports and where the certificate is."""
        text = (ROOT / "deploy/nginx/wot.conf").read_text()
        changes = [("listen 80;", f"listen 127.0.0.1:{cls.port + 1};"), ("listen 443 ", f"listen 127.0.0.1:{cls.port} "),
                   ("/etc/nginx/tls/", f"{cls.dir}/")]
        changes += [(f"127.0.0.1:{8480 + at}", f"127.0.0.1:{cls.wot.port(name)}") for at, name in ((1, "triage"), (2, "case"), (3, "aggregate"))]
        for shipped, here in changes:
            assert text.count(shipped) >= 1, shipped
            text = text.replace(shipped, here)
        (cls.dir / "wot.conf").write_text(text)
        temporary = "".join(f"{name}_temp_path {cls.dir}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (cls.dir / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {cls.dir}/pid; error_log {cls.dir}/error.log;\n"
            f"events {{}}\nhttp {{ access_log off;\n{temporary}include {cls.dir}/wot.conf; }}\n")
        process = subprocess.Popen([NGINX, "-p", cls.dir, "-c", cls.dir / "nginx.conf", "-e", cls.dir / "error.log"])
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.terminate)
        wait_until(lambda: process.poll() is not None or cls.curl("/hoe-wij-tellen")[1] == 200, what="nginx answers")
        assert process.poll() is None, (cls.dir / "error.log").read_text()

    @classmethod
    def curl(cls, path, *args, scheme="https", client="127.0.0.1"):
        """The version of HTTP, status, headers and body."""
        port = cls.port if scheme == "https" else cls.port + 1
        done = subprocess.run(
            ["curl", "-sS", "-i", "--http2", "--interface", client, "--cacert", cls.dir / "wot.pem", "--resolve", f"{NAME}:{port}:127.0.0.1",
             "-H", "Accept: text/html", *args, f"{scheme}://{NAME}:{port}{path}"], capture_output=True, text=True)
        head, _, body = done.stdout.partition("\n\n")
        found = re.match(r"HTTP/([\d.]+) (\d+)", head)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.splitlines()[1:])}
        return (found[1], int(found[2]), headers, body) if found else (None, 0, {}, done.stderr)

    def try_token(self, token, *args, **more):
        return self.curl("/inloggen", "--data-urlencode", f"token={token}", *args, **more)

    def test_one_cookie_over_tls_opens_the_pages_of_each_daemon(self):
        version, status, headers, _ = self.try_token(self.wot.token("manager"), "--data-urlencode", "naar=/cijfers?periode=today")
        self.assertEqual((version, status, headers["location"]), ("2", 303, "/cijfers?periode=today"))
        self.assertRegex(headers["set-cookie"], "; HttpOnly; SameSite=Lax; Secure$")
        self.assertIn("max-age", headers["strict-transport-security"])
        cookie = ("-b", headers["set-cookie"].partition(";")[0])
        pages = {"aggregate": "/cijfers?periode=today", "triage": "/aanmeldteam/nothing", "case": "/zaken/nothing"}
        for path in pages.values():
            version, status, headers, body = self.curl(path, *cookie)
            self.assertEqual((version, headers["content-type"]), ("2", "text/html; charset=utf-8"), path)
            self.assertIn("Ingelogd als teammanager", body, path)
            self.assertIn("default-src 'none'", headers["content-security-policy"])
        for stopped in pages:
            self.wot.stop(stopped)
            silent = [name for name, path in pages.items() if self.curl(path, *cookie)[1] == 502]
            self.wot.start(stopped)
            self.assertEqual(silent, [stopped])

    def read_stream(self, path, *args):
        """A client of HTTP/2 that stays, whose lines come as they are told."""
        process = subprocess.Popen(
            ["curl", "-sSN", "--http2", "--cacert", self.dir / "wot.pem", "--resolve", f"{NAME}:{self.port}:127.0.0.1", *args,
             f"https://{NAME}:{self.port}{path}"], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.set_blocking(process.stdout.fileno(), False)
        heard = []

        def hear(wanted):
            heard.append(process.stdout.read() or b"")
            return re.search(wanted, b"".join(heard).decode())
        return process, hear

    def test_streams_come_through_line_by_line(self):
        """Nothing is held back, and who goes away is gone at the daemon too."""
        cookie = ("-b", self.try_token(self.wot.token("operator"))[2]["set-cookie"].partition(";")[0])
        readers = lambda daemon: [row["streams"] for row in json.loads(self.wot.ask(daemon, "show stat json")) if row["name"] == "http"]
        streams = {daemon: self.read_stream(path, *cookie) for daemon, path in (("aggregate", "/live"), ("triage", "/aanmeldteam/live"))}
        for daemon, (_, hear) in streams.items():
            wait_until(lambda: hear(r"(?m)^event: (kpi|deel)$"), what=f"{daemon} says how things stand")
        _, hear = streams["aggregate"]
        figure = lambda count: r'"id":"brief_contacts","period":"today","text":"%d"' % count
        before = next(n for n in range(3) if hear(figure(n)))
        self.wot.post("desk", "/v1/brief-contacts", {"externalRef": "n", "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"})
        wait_until(lambda: hear(figure(before + 1)), what="the figure moves through nginx")
        for daemon, (process, _) in streams.items():
            self.assertEqual(readers(daemon), [1])
            process.kill()
            wait_until(lambda: readers(daemon) == [0], what=f"the reader of {daemon} is gone")

    def test_who_tries_codes_is_counted_by_his_own_address(self):
        for i in range(5):
            status = self.try_token("wrong", "-H", f"X-Forwarded-For: 192.0.2.{i}", client="127.0.0.2")[1]
        self.assertEqual(status, 429)
        self.assertEqual(self.try_token(self.wot.token("manager"), client="127.0.0.2")[1], 429)
        self.assertEqual(self.try_token(self.wot.token("manager"), client="127.0.0.3")[1], 303)

    def test_without_tls_one_is_sent_to_it(self):
        _, status, headers, _ = self.curl("/cijfers?periode=2025", scheme="http")
        self.assertEqual((status, headers["location"]), (308, f"https://{NAME}/cijfers?periode=2025"))


if __name__ == "__main__":
    unittest.main()
