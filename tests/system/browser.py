"""A chromium without a window, spoken to over its pipe (the DevTools protocol): open a page, run a script in it, press, look."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from wot import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    def __init__(self, headers):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command_read, self.commands = os.pipe()
        self.answers, answer_write = os.pipe()
        # It takes commands on 3 and answers on 4.
        started = f'exec 3<&{command_read} 4>&{answer_write}; exec "$0" "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", started, CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={self.folder.name}", "--window-size=1440,900", "about:blank"],
            pass_fds=(command_read, answer_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(command_read)
        os.close(answer_write)
        self.count, self.left, self.said, self.session = 0, b"", [], None
        self.served = {}  # by what its address ends with: what the page is given instead
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Network.setExtraHTTPHeaders", headers=headers)
        self.call("Fetch.enable", patterns=[{"urlPattern": "*deel=*"}])

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.kill()
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.folder.cleanup()

    def send(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        return self.count

    def next(self, seconds):
        """The next message, or None."""
        while b"\0" not in self.left:
            if not select.select([self.answers], [], [], seconds)[0]:
                return None
            data = os.read(self.answers, 1 << 20)
            assert data, "the browser is gone"
            self.left += data
        message, _, self.left = self.left.partition(b"\0")
        message = json.loads(message)
        if "id" not in message:
            self.event_take(message["method"], message["params"])
        return message

    def event_take(self, method, params):
        if method == "Fetch.requestPaused":
            text = next((text for end, text in self.served.items() if params["request"]["url"].endswith(end)), None)
            if text is None:
                self.send("Fetch.continueRequest", requestId=params["requestId"])
            else:
                self.send("Fetch.fulfillRequest", requestId=params["requestId"], responseCode=200,
                          body=base64.b64encode(text.encode()).decode())
        elif method in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.said.append(json.dumps(params)[:400])

    def call(self, method, **params):
        wanted, end = self.send(method, **params), time.monotonic() + 60 * PATIENCE
        while time.monotonic() < end:
            message = self.next(1)
            if message and message.get("id") == wanted:
                assert "error" not in message, message
                return message["result"]
        raise AssertionError(f"{method} is not answered")

    def run(self, script):
        """What an expression of JavaScript gives."""
        given = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in given, given
        return given["result"].get("value")

    def until(self, script, seconds=20):
        """Waits until it gives something; that."""
        end = time.monotonic() + seconds * PATIENCE
        while not (value := self.run(script)):
            if time.monotonic() > end:
                raise AssertionError(f"{script} did not come true; it is {value}; said: {self.said}")
            self.next(0.05)
        return value

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.until(f"document.readyState === 'complete' && location.href === {json.dumps(url)}")

    def mouse_to(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def key(self, name):
        typed = {"text": "\r"} if name == "Enter" else {}
        code = {"Enter": 13, "Escape": 27}[name]
        self.call("Input.dispatchKeyEvent", type="keyDown", key=name, code=name, windowsVirtualKeyCode=code, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name, code=name, windowsVirtualKeyCode=code)

    def shot(self, path):
        data = self.call("Page.captureScreenshot")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
