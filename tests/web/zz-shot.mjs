import {chromium} from "playwright-core"; import {readFileSync} from "node:fs";
const [,, out, ...only] = process.argv;
const A="http://127.0.0.1:28003",T="http://127.0.0.1:28001",C="http://127.0.0.1:28002", D="file:///work/shared/design/";
const tok=c=>readFileSync(`/tmp/look-house/keys/${c}.token`,"utf8").trim();
const cookie=async c=>{const a=await fetch(A+"/inloggen",{method:"POST",redirect:"manual",body:new URLSearchParams({token:tok(c)})});const [n,v]=a.headers.get("set-cookie").split(";")[0].split("=");return {name:n,value:v,domain:"127.0.0.1",path:"/"}};
const J=[["d-kpi",null,D+"kpi.html"],["o-kpi","manager",A+"/cijfers/started_within_4_weeks"],
["o-behind","manager",A+"/cijfers/started_within_4_weeks/zaken"],["d-nu",null,D+"nu.html"],["o-nu","manager",A+"/nu"],["d-cijfers",null,D+"cijfers.html"],["o-cijfers","manager",A+"/cijfers"],
["d-team",null,D+"aanmeldteam.html"],["o-team","aanmeldteam",T+"/aanmeldteam"],["o-case","manager",C+"/zaken/2026-002625"],["d-rep",null,D+"jaarverslag.html"],["o-rep","manager",A+"/jaarverslag/2025"],
["o-def",null,A+"/hoe-wij-tellen"],["d-login",null,D+"inloggen.html"],["o-login",null,A+"/inloggen"],["d-states",null,D+"toestanden.html"],
["o-403","viewer",A+"/nu"],["o-404",null,A+"/niets"],["o-503",null,""],["o-429",null,A+"/inloggen"],["o-lost","manager",A+"/nu"],["o-entry","aanmeldteam",""]];
const b=await chromium.launch({executablePath:"/usr/bin/chromium",args:["--no-sandbox"]});
const set={};
for(const [name,who,url] of J){ if(only.length&&!only.some(o=>o.split(":")[0]===name))continue;
 const modes=(only.find(o=>o.split(":")[0]===name)??":360l,1440l").split(":")[1].split(",");
 const ctx=await b.newContext({locale:"nl-NL",timezoneId:"Europe/Amsterdam",reducedMotion:"reduce",extraHTTPHeaders:who?{}:url.startsWith("http")?{"X-Forwarded-For":"127.0.0.1"}:{}});
 if(who){set[who]??=await cookie(who);await ctx.addCookies([set[who]]);}
 const p=await ctx.newPage();
 if(name==="o-lost")await p.route("**/live",r=>r.abort());
 let to=url; if(name==="o-entry"){const l=await(await fetch(T+"/aanmeldteam",{headers:{Authorization:"Bearer "+tok("aanmeldteam")}})).text();to=T+"/aanmeldteam/"+l.match(/href="\/aanmeldteam\/(2026[^"]+)"/)[1];}
 if(!to){await ctx.close();continue;}
 await p.goto(to,{waitUntil:"load"});
 if(name==="o-429")for(let i=0;i<6;i++){await p.fill("#code","onzin");await p.press("#code","Enter");await p.waitForLoadState();}
 if(name==="o-lost")await p.waitForSelector(".storing");
 for(const m of modes){ if(m==="p"){await p.emulateMedia({media:"print",colorScheme:"light"});await p.setViewportSize({width:658,height:900});}
  else{await p.emulateMedia({media:"screen",colorScheme:m.endsWith("d")?"dark":"light"});await p.setViewportSize({width:parseInt(m),height:900});}
  await p.screenshot({path:`${out}/${name}-${m}.png`,fullPage:true});}
 await ctx.close(); console.log(name,new Date().toISOString());
}
await b.close();
