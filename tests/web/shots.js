/* What pages look like: each of them for who compares it with its design, and the two that README shows. */
import {mkdirSync} from "node:fs";
import path from "node:path";
import {tabOpen} from "./tab.js";

const SHOT_WIDTHS = [360, 1440, "print"];

export async function shotTake(page, dir, name, width, scheme) {
	if (!SHOT_WIDTHS.includes(width))
		return;
	mkdirSync(dir, {recursive: true});
	const file = width === "print" ? `${name}-print.png` : `${name}-${width}-${scheme}.png`;
	await page.screenshot({path: path.join(dir, file), fullPage: true});
}

/* What stands on a first screen, and the cover as it is printed. */
export async function picturesMake(browser, house, dir) {
	mkdirSync(dir, {recursive: true});
	const tab = await tabOpen(browser), {page} = tab;
	await tab.takeFor(house, {who: "manager"}, {script: true});
	await page.setViewportSize({width: 1200, height: 900});
	await page.goto(`${house.origin("aggregate")}/nu`);
	await page.screenshot({path: path.join(dir, "nu.png")});
	await page.emulateMedia({media: "print"});
	await page.setViewportSize({width: 794, height: 1123});
	await page.goto(`${house.origin("aggregate")}/jaarverslag/2025`);
	await page.locator(".omslag").screenshot({path: path.join(dir, "report.png")});
}
