/* A house with the sample, as deploy/run-local starts it, and what a test must know of it: where its daemons are, who may sign in. */
import {execFile, spawn} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
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

class House {
	constructor(dir) {
		this.dir = dir;
		this.process = null;
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

	/* The cookie of who signed in. */
	async signIn(client) {
		const answer = await fetch(`${this.origin("aggregate")}/inloggen`, {method: "POST", redirect: "manual",
			body: new URLSearchParams({token: this.token(client)})});
		if (answer.status !== 303)
			throw new Error(`${client} cannot sign in: ${answer.status}`);
		const [name, value] = answer.headers.get("set-cookie").split(";")[0].split("=");
		return {name, value, domain: "127.0.0.1", path: "/"};
	}

	/* The public sees of the report what is published. */
	async publish(year) {
		if (!existsSync(path.join(this.dir, "aggregate/published", year)))
			await this.wotctl("report", year, "--publish");
	}
}
