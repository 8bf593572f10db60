/* A house with the sample, as deploy/run-local starts it, and what a test must know of it: where its daemons are, who may sign in. */
import {execFile, spawn} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync, renameSync, rmSync} from "node:fs";
import {connect} from "node:net";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = path.resolve(process.env.WOT_BIN ?? path.join(root, "build"));
const run = promisify(execFile);

/* One that runs already (make run), to look at a page again and again; else one of our own. */
export async function houseOpen({dir, port}) {
	const house = new House(dir ?? mkdtempSync(path.join(tmpdir(), "wot-web-")));
	if (!dir)
		await house.start(port);
	return house;
}

async function until(holds) {
	const end = Date.now() + 20000;
	while (!await holds()) {
		if (Date.now() > end)
			throw new Error(`in 20 s it did not come: ${holds}`);
		await pause(20);
	}
}

class House {
	constructor(dir) {
		this.dir = dir;
		this.process = null;
		this.cookies = new Map(); // by client: a promise
	}

	/* Until the sample is in. */
	start(port) {
		this.process = spawn(path.join(root, "deploy/run-local"), [this.dir, "--base-port", port, "--no-live"],
			{env: {...process.env, WOT_BIN: bin}, stdio: ["ignore", "pipe", "pipe"]});
		let said = "";
		return new Promise((done, failed) => {
			const take = text => {
				said += text;
				if (/^page http/m.test(said))
					done();
			};
			this.process.stdout.on("data", take);
			this.process.stderr.on("data", take);
			this.process.on("exit", code => failed(new Error(`run-local ended with ${code}:\n${said}`)));
		});
	}

	async close() {
		if (!this.process)
			return;
		const ended = new Promise(done => this.process.on("exit", done));
		this.process.kill("SIGTERM");
		await ended;
		rmSync(this.dir, {recursive: true, force: true});
	}

	wotctl(...words) {
		return run(path.join(bin, "wotctl"), ["--dir", this.dir, ...words], {maxBuffer: 1 << 28}).then(ran => ran.stdout);
	}

	/* Where a daemon's pages are. */
	origin(daemon) {
		return readFileSync(path.join(this.dir, "wot.yaml"), "utf8").match(new RegExp(`^pages_${daemon}: (\\S+)`, "m"))[1];
	}

	token(client) {
		return readFileSync(path.join(this.dir, "keys", `${client}.token`), "utf8").trim();
	}

	/* The cookie of who signed in, once. */
	signIn(client) {
		if (!this.cookies.has(client))
			this.cookies.set(client, this.cookieOf(client));
		return this.cookies.get(client);
	}

	async cookieOf(client) {
		const answer = await fetch(`${this.origin("aggregate")}/inloggen`, {method: "POST", redirect: "manual",
			body: new URLSearchParams({token: this.token(client)})});
		if (answer.status !== 303)
			throw new Error(`${client} cannot sign in: ${answer.status}`);
		const [name, value] = answer.headers.get("set-cookie").split(";")[0].split("=");
		return {name, value, domain: "127.0.0.1", path: "/"};
	}

	/* Without the key of sessions nobody signs in, while `work` runs. */
	async withoutSessions(work) {
		const key = path.join(this.dir, "keys/session.key");
		renameSync(key, `${key}.away`);
		try {
			await this.reload("aggregate");
			return await work();
		} finally {
			renameSync(`${key}.away`, key);
			await this.reload("aggregate");
		}
	}

	async reload(daemon) {
		const times = () => readFileSync(path.join(this.dir, `${daemon}.log`), "utf8").split("event=reloaded").length;
		const before = times();
		process.kill(Number(readFileSync(path.join(this.dir, `${daemon}.pid`), "utf8")), "SIGHUP");
		await until(() => times() > before);
	}

	/* Bodies that are never whole take all room that a daemon has for them, while `work` runs. */
	async withoutRoom(daemon, work) {
		const {hostname, port} = new URL(this.origin(daemon)), whole = 1 << 20; // max_body_kib
		const head = `POST /inloggen HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${whole}\r\n\r\n`;
		const sockets = Array.from({length: 8}, () => connect(port, hostname)); // max_bodies_mib
		try {
			for (const socket of sockets) {
				socket.on("error", () => {});
				socket.write(head + "x".repeat(whole - 1));
			}
			await until(async () => (await fetch(`http://${hostname}:${port}/uitloggen`,
				{method: "POST", body: new URLSearchParams({formulier: "onzin"})})).status === 503);
			return await work();
		} finally {
			sockets.forEach(socket => socket.destroy());
		}
	}

	/* The public sees of the report what is published. */
	async publish(year) {
		if (!existsSync(path.join(this.dir, "aggregate/published", year)))
			await this.wotctl("report", year, "--publish");
	}
}
