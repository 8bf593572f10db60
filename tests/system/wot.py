"""A running wot for tests: four real daemons in a folder of their own, with keys and clients.

    with Wot() as wot:
        wot.start()
        status, answer = wot.post("desk", "/v1/brief-contacts", {...})

Everything waits for a condition with a limit, nothing sleeps for a fixed time. The programs come from
WOT_BIN (default build/).
"""
import atexit
import contextlib
import datetime
import fcntl
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zoneinfo

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("WOT_BIN", ROOT / "build"))
DAEMONS = ["intake", "triage", "case", "aggregate"]
CLIENTS = {
    "operator": "operator",
    "rogplus": "phone_centre",
    "gp": "partner",
    "police": "partner",
    "desk": "desk",
    "aanmeldteam": "intake_team",
    "casesystem": "case_system",
    "manager": "manager",
    "viewer": "viewer",
}
PATHS = {  # which daemon serves a path; everything else is intake's
    "/v1/screenings": "triage",
    "/v1/worklist": "triage",
    "/v1/teams": "triage",
    "/v1/case-events": "case",
    "/v1/cases": "case",
    "/v1/kpis": "aggregate",
    "/v1/definitions": "aggregate",
}
# libzmq is not instrumented: what only it does looks like a race. One of ours ends the daemon, or no test would see it.
os.environ.setdefault("TSAN_OPTIONS", "ignore_noninstrumented_modules=1 halt_on_error=1")
# Sanitized daemons need more time for everything.
PATIENCE = float(os.environ.get("WOT_PATIENCE", "1"))


def wait_until(condition, seconds=20.0, what="the condition"):
    end = time.monotonic() + seconds * PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come true within {seconds * PATIENCE:.0f} s")


def note(text):
    """Something measured, which run-system shows also when all is well."""
    print(f"\nnote: {text}", file=sys.stderr, flush=True)


def verdict(name, wot, found, keep):
    """How a long test ends: what was found, in whose folder one may look, and the code to exit with."""
    wot.own_dir = not (keep or found)
    for text in found[:20]:
        print(f"FAILED: {text}")
    if not wot.own_dir:
        print(f"its folder: {wot.dir}")
    print(f"{name}: {'failed' if found else 'passed'}")
    return int(bool(found))


def today():
    """As wot and those it is for count days."""
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Amsterdam")).date()


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


def descriptors_raise():
    """This program holds one end of all connections."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


HOUSE_PORTS = 24  # as deploy/run-local numbers them


def ports_take(count):
    """A run of free ports, kept from other tests on this machine by a lock file."""
    for base in range(21000, 32000, 40):
        lock = open(f"{tempfile.gettempdir()}/wot-test-port-{base}", "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for port in range(base, base + count):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return base, lock
        except OSError:
            lock.close()
    raise RuntimeError("no free ports")


def ask(dir, daemon, line, admin=False):
    """A line to a stats socket and its whole answer."""
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        os.chdir(dir)  # a socket's path is short
        try:
            sock.connect(f"{daemon}.admin.sock" if admin else f"{daemon}.sock")
        finally:
            os.chdir(here)
        sock.sendall(line.encode() + b"\n")
        answer = b""
        while chunk := sock.recv(65536):
            answer += chunk
        return answer.decode()


class Wot:
    def __init__(self, dir=None, settings=None, before=()):
        """before: the words of a command that runs each daemon, such as prlimit."""
        self.own_dir = dir is None
        self.dir = pathlib.Path(dir or tempfile.mkdtemp(prefix="wot-test-"))
        self.dir.mkdir(exist_ok=True)
        self.base, self.lock = ports_take(HOUSE_PORTS)
        self.processes = {}
        self.before = before
        self.settings = settings or {}
        self.write_config()
        self.make_keys()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for name in list(self.processes):
            self.kill(name)
        self.lock.close()
        if exc[0]:
            for log in sorted(self.dir.glob("*.log")):
                lines = log.read_text(errors="replace").splitlines()
                print(f"--- {log.name}\n" + "\n".join(lines[-15:]), file=sys.stderr)
        if self.own_dir:
            shutil.rmtree(self.dir, ignore_errors=True)

    # ---- configuration ----

    keys_of = None  # a folder with the keys of the first one, for all others: making them costs more than most tests

    def make_keys(self):
        """run-system names a folder for the files it runs; who comes first fills it."""
        if not Wot.keys_of:
            Wot.keys_of = pathlib.Path(os.environ.get("WOT_TEST_KEYS") or tempfile.mkdtemp(prefix="wot-test-keys-"))
            if "WOT_TEST_KEYS" not in os.environ:
                atexit.register(shutil.rmtree, Wot.keys_of)
        with open(self.keys_of / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = (self.keys_of / "keys").exists()
            if not made:
                self.wotctl("keygen")
                for name, role in CLIENTS.items():
                    self.wotctl("client", "add", name, role)
            here, there = (self.keys_of, self.dir) if made else (self.dir, self.keys_of)
            shutil.copy(here / "clients.yaml", there)
            shutil.copytree(here / "keys", there / "keys", dirs_exist_ok=True)

    def port(self, daemon, push=False, tls=False):
        return self.base + DAEMONS.index(daemon) + (10 if push else 20 if tls else 0)

    def write_config(self, **settings):
        self.settings.update(settings)
        config = ROOT / "config"
        lines = [
            f"clients: {self.dir}/clients.yaml",
            f"keys: {self.dir}/keys",
            f"rules: {config}/triage.yaml",
            f"wards: {config}/wards.csv",
            f"calendar: {config}/calendar.yaml",
            f"clocks: {config}/clocks.yaml",
            f"kpi: {config}/kpi.yaml",
            f"published: {config}/published.yaml",
            f"report: {config}/report.yaml",
        ]
        overridden = [line for line in lines if line.split(":")[0] not in self.settings]
        overridden += [f"{name}: {json.dumps(value)}" for name, value in self.settings.items()]
        for daemon in DAEMONS:
            overridden.append(f"{daemon}:\n  http: 127.0.0.1:{self.port(daemon)}")
            if daemon != "aggregate":
                overridden.append(f"  push: tcp://127.0.0.1:{self.port(daemon, push=True)}")
        (self.dir / "wot.yaml").write_text("\n".join(overridden) + "\n")

    def wotctl(self, *args, check=True, input=None, timeout=120):
        done = subprocess.run(
            [BIN / "wotctl", "--dir", self.dir, *map(str, args)],
            capture_output=True, text=True, input=input, timeout=timeout * PATIENCE)
        if check and done.returncode != 0:
            raise AssertionError(f"wotctl {args}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    # ---- daemons ----

    def spawn(self, name):
        with open(self.dir / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [*self.before, BIN / f"wot-{name}", "--config", self.dir / "wot.yaml", "--dir", self.dir],
                stderr=log, stdin=subprocess.DEVNULL)

    def start(self, *names):
        for name in names or DAEMONS:
            self.spawn(name)
        for name in names or DAEMONS:
            self.wait_healthy(name)
        return self

    def wait_healthy(self, name, seconds=20):
        def healthy():
            code = self.processes[name].poll()
            if code is not None:
                raise AssertionError(f"wot-{name} ended with {code}: {self.log(name)[-600:]}")
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(self.url(name, "/healthz"), timeout=2).status == 200
        wait_until(healthy, seconds, f"wot-{name} answers")

    def kill(self, name, sig=signal.SIGKILL):
        process = self.processes.pop(name, None)
        if process and process.poll() is None:
            process.send_signal(sig)
        return process.wait(30) if process else None

    def stop(self, *names):
        return [self.kill(name, signal.SIGTERM) for name in names or DAEMONS]

    def log(self, name):
        return (self.dir / f"{name}.log").read_text(errors="replace")

    # ---- doors ----

    def url(self, daemon, path):
        return f"http://127.0.0.1:{self.port(daemon)}{path}"

    def token(self, client):
        return (self.dir / "keys" / f"{client}.token").read_text().strip()

    def request(self, method, path, client=None, body=None, headers=None, daemon=None, token=None):
        daemon = daemon or next((d for p, d in PATHS.items() if path.startswith(p)), "intake")
        sent = {"Content-Type": "application/json"} if body is not None else {}
        if client or token:
            sent["Authorization"] = f"Bearer {token or self.token(client)}"
        sent.update(headers or {})
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url(daemon, path), data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null"), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null"), error.headers

    def post(self, client, path, body, **more):
        return self.request("POST", path, client, body, **more)[:2]

    def get(self, client, path, **more):
        return self.request("GET", path, client, **more)[:2]

    # ---- seeing it ----

    def ask(self, daemon, line, admin=False):
        return ask(self.dir, daemon, line, admin)

    def refused(self, daemon, door):
        """How often that door refused, by reason."""
        rows = [line.split() for line in self.ask(daemon, "show errors").splitlines()]
        return {row[2]: int(row[3]) for row in rows if row[:2] == ["door", door]}

    def settle(self, seconds=60):
        self.wotctl("status", "--wait", int(seconds * PATIENCE))

    def live_through(self, first, last, seed):
        """A city's days, brought in and counted."""
        lines = self.dir / "city.jsonl"
        lines.write_text(self.wotctl("simulate", "--from", first, "--to", last, "--seed", seed).stdout)
        self.wotctl("import", lines, timeout=600)
        self.settle(300)

    def kpi(self, *args):
        figures = json.loads(self.wotctl("kpi", *args, "--json").stdout)
        return {figure["id"]: figure for figure in figures}

    def said(self, log):
        """How many events a log holds but for those that say how far others were read."""
        return sum(event["kind"] not in ("input_read", "signals_wait") for event in self.tail(log))

    def tail(self, log):
        lines = self.wotctl("tail", log, "--json").stdout.splitlines()
        return [json.loads(line) for line in lines]
