/** The style of a rollout page: no resource from outside, light and dark by the reader's own setting. */
export const pageStyle = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#171b24;--soft:#5c6575;--rule:#e3e6ec;--lane:#eff1f5;--good:#157347;--good-bg:#e3f4ea;--bad:#b42318;--bad-bg:#fdeaea;--plain-bg:#eceff4;--amber:#d97706;
--v0:#8793aa;--v1:#2f6fde;--v2:#7d4fd0;--v3:#0e8c8c;--v4:#c2478d;--v5:#8a6d1f;--none:#aeb5c2}
@media(prefers-color-scheme:dark){:root{--bg:#0e1117;--card:#161b24;--ink:#e8ebf1;--soft:#98a2b3;--rule:#272e3b;--lane:#1e2430;--good:#5fd39a;--good-bg:#12301f;--bad:#ff8a80;--bad-bg:#3a1614;--plain-bg:#222936;--amber:#f0a93b;
--v0:#6f7c95;--v1:#6aa0ff;--v2:#b08cf5;--v3:#3fc1c1;--v4:#ee82bd;--v5:#d3b35a;--none:#475063}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1144px;margin:0 auto;padding:36px 20px 64px}
h1{font-size:26px;line-height:1.25;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:13px;font-weight:600;color:var(--soft);margin:0 0 14px}
.subtitle{color:var(--soft);margin:4px 0 0;overflow-wrap:anywhere}
.verdict{display:inline-flex;gap:9px;align-items:baseline;margin:18px 0 24px;padding:8px 14px;border-radius:8px;font-weight:600;background:var(--plain-bg);overflow-wrap:anywhere}
.verdict.good{background:var(--good-bg);color:var(--good)}.verdict.bad{background:var(--bad-bg);color:var(--bad)}
.card{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:20px;margin-bottom:18px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:18px;margin:0}
.figures dt{color:var(--soft);font-size:13px}.figures dd{margin:0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.figures small{display:block;font-size:12.5px;font-weight:400;color:var(--soft);letter-spacing:0}
.figures .good{color:var(--good)}.figures .bad{color:var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;list-style:none;margin:0 0 14px;padding:0;font-size:13px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:7px}.legend svg{flex:none}
.scroll{overflow-x:auto;margin:0 -20px;padding:0 20px}
svg.timeline{display:block;width:100%;min-width:720px;height:auto}
svg text{font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
svg text.label{font-size:12px;fill:var(--ink)}svg text.panel-title{font-size:12px;font-weight:600;fill:var(--soft)}
svg text.region{font-size:14px;font-weight:600;fill:var(--ink)}line.region{stroke:var(--rule);stroke-width:1.5}
svg text.tick{font-variant-numeric:tabular-nums}svg text.quiet{font-size:12.5px}
svg text.chapter{font-size:12px;font-weight:600}svg text.chapter.good{fill:var(--good)}svg text.chapter.bad{fill:var(--bad)}
.lane{fill:var(--lane)}.grid{stroke:var(--rule)}.time{stroke:var(--rule);stroke-dasharray:2 4}
.band{fill:var(--ink);opacity:.035}.band.bad{fill:var(--bad);opacity:.08}
.unit.changing{fill:url(#hatch)}.unit.down{fill:var(--bad)}.unit.surplus{stroke:var(--amber);stroke-width:1.5}.unit.away{opacity:.4}.hatch-ground{fill:var(--lane)}.hatch-line{stroke:var(--amber);stroke-width:3}
.v0{fill:var(--v0);stroke:var(--v0)}.v1{fill:var(--v1);stroke:var(--v1)}.v2{fill:var(--v2);stroke:var(--v2)}.v3{fill:var(--v3);stroke:var(--v3)}.v4{fill:var(--v4);stroke:var(--v4)}.v5{fill:var(--v5);stroke:var(--v5)}.v-none{fill:var(--none);stroke:var(--none)}
.unit{stroke:none}.line{fill:none;stroke-width:1.7;stroke-linejoin:round}
.line.left{stroke:var(--good);stroke-width:2.2}.line.required{stroke:var(--bad);stroke-dasharray:6 4;stroke-width:1.5}.line.healthy{stroke:var(--none);stroke-width:1.5}
.breach{fill:var(--bad);opacity:.18}
.mark{stroke-width:1.4;stroke:var(--soft)}.mark.good{stroke:var(--good);fill:var(--good)}.mark.bad{stroke:var(--bad);fill:var(--bad)}.mark.plain{fill:var(--soft)}
table{width:100%;border-collapse:collapse;font-size:14px}
td,th{text-align:left;vertical-align:top;padding:8px 14px 8px 0;border-top:1px solid var(--rule);overflow-wrap:anywhere}
tr:first-child td{border-top:0}
td.time-cell{white-space:nowrap;color:var(--soft);font-variant-numeric:tabular-nums;width:1%}
td.time-cell:last-child{text-align:right}
td.tone{width:1%;white-space:nowrap;font-weight:600}.tone.good{color:var(--good)}.tone.bad{color:var(--bad)}.tone.plain{color:var(--soft);font-weight:400}
td:last-child{padding-right:0}
.why{color:var(--soft);font-size:13px;margin-top:3px}code.code{color:var(--bad)}.why .tone{font-weight:600}.voice{color:var(--ink)}
.facts{display:flex;flex-wrap:wrap;gap:4px 28px;margin:-8px 0 24px;font-size:13px}.facts div{display:flex;gap:8px;min-width:0}.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
.lane-chip{display:inline-block;vertical-align:3px;font-size:12.5px;font-weight:600;letter-spacing:0;padding:2px 9px;border-radius:99px;background:var(--amber);color:#1b1203;white-space:nowrap}
code{font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
footer{color:var(--soft);font-size:13px}
@media(max-width:600px){main{padding:22px 14px 40px}.card{padding:16px 14px}.scroll{margin:0 -14px;padding:0 14px}h1{font-size:22px}.figures{grid-template-columns:1fr 1fr}td.kind{white-space:normal;overflow-wrap:normal}td,th{padding-right:10px}}
@media print{body{background:#fff}.card{break-inside:avoid}}
`
