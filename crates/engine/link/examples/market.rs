use plumb_link::made::{self, Agreement};
use plumb_link::{Linker, Options, propose};
use std::collections::{HashMap, BTreeMap};
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let r = s.rsplit(')').next().unwrap(); let f: Vec<&str> = r.split_whitespace().collect(); (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap())/100.0 }
fn line(s: &str) -> Vec<String> { let mut out = vec![String::new()]; let mut q = false; for c in s.chars() { match c { '"' => q = !q, ',' if !q => out.push(String::new()), c => out.last_mut().unwrap().push(c) } } out.iter().map(|c| c.trim().to_owned()).collect() }
fn csv(name: &'static str, files: &[&str], truth: &str) -> made::Set {
    let mut set = made::Set { name, headers: vec![], rows: vec![], truth: vec![], second_from: None }; let mut ids = HashMap::new();
    for f in files { let t = std::fs::read_to_string(format!("/work/main/target/link-sets/{f}")).unwrap(); let mut l = t.lines(); set.headers = line(l.next().unwrap()); let col = set.headers.iter().position(|h| h == truth).unwrap();
      if !set.rows.is_empty() { set.second_from = Some(set.rows.len()); }
      for r in l { let c = line(r); let p = c[col].split('-').take(2).collect::<Vec<_>>().join("-"); let n = ids.len() as u32; set.truth.push(*ids.entry(p).or_insert(n)); set.rows.push(c); } }
    set }
fn peak() -> u64 { let s = std::fs::read_to_string("/proc/self/status").unwrap(); s.lines().find(|l| l.starts_with("VmHWM")).unwrap().split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()/1024 }
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let rows: usize = args[2].parse().unwrap();
    let seed: u64 = args[3].parse().unwrap();
    let show: usize = args.get(4).map_or(0, |s| s.parse().unwrap());
    let (set, seen) = match args[1].as_str() {
        "market" => made::market_sighted(rows, seed, false), "bare" => made::market_sighted(rows, seed, true),
        name => (match name { "work" => made::work(rows, seed), "easy" => made::easy(rows, seed), "families" => made::families(rows, seed), "customers" => made::customers(rows, seed), "fairs" => made::fairs(rows, seed), "export" => made::export(rows, seed), "febrl4" => csv("febrl4", &["dataset4a.csv", "dataset4b.csv"], "rec_id"), "historical" => csv("historical", &["historical_50k.csv"], "cluster"), "febrl1" => csv("febrl1", &["dataset1.csv"], "rec_id"), "febrl2" => csv("febrl2", &["dataset2.csv"], "rec_id"), "febrl3" => csv("febrl3", &["dataset3.csv"], "rec_id"), _ => panic!() }, vec![]) };
    let mut sample: Vec<Vec<String>> = set.rows.iter().take(2000).cloned().collect();
    sample.truncate(2000);
    let start = cpu();
    let kinds = propose(&set.headers, &sample);
    let mut linker = Linker::new(&kinds, Options::default());
    for (row, cells) in set.rows.iter().enumerate() { if set.second_from == Some(row) { linker.second_list(); } linker.push_row(cells.iter().map(String::as_str)); }
    let linked = linker.run(std::num::NonZeroUsize::MIN);
    let used = cpu() - start;
    let a = Agreement::of(&linked.cluster, &set.truth);
    println!("{} {} rows F1 {:.4} P {:.4} R {:.4} cpu {:.2} peak {} MB {:?}", set.name, set.rows.len(), a.f1(), a.precision, a.recall, used, peak(), linked.report);
    if seen.is_empty() { return; }
    // recall by kind
    let mut by: HashMap<u32, Vec<usize>> = HashMap::new();
    for (i, &p) in set.truth.iter().enumerate() { by.entry(p).or_default().push(i); }
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let prof = set.headers.iter().position(|h| h == "profile_url");
    let mut shown = 0;
    for rows in by.values() {
        let person_level = |a: usize, b: usize| { let (x, y) = (&seen[a], &seen[b]); (x.own_mailbox && y.own_mailbox) || (x.mobile && y.mobile) || (x.profile && y.profile) };
        for (n, &a) in rows.iter().enumerate() { for &b in &rows[n+1..] {
            let same = seen[a].employer == seen[b].employer;
            let kind = match (same, person_level(a, b)) { (true, true) => "same employer, person", 
              (true, false) if set.rows[a][6] == set.rows[b][6] && !set.rows[a][6].is_empty() => "same employer, mail",
              (true, false) if seen[a].own_mailbox || seen[b].own_mailbox => "own mailbox vs same employer",
              (true, false) => "same employer, else", (false, true) => "changed, person",
              (false,false) => {
                // bridged through other rows?
                let mut comp = vec![a]; let mut left: Vec<usize> = rows.iter().copied().filter(|&r| r != a).collect();
                let mut i = 0; while i < comp.len() { let c = comp[i]; let (in_, out): (Vec<usize>, Vec<usize>) = left.iter().partition(|&&r| person_level(c, r) || seen[c].employer == seen[r].employer && !seen[c].own_mailbox && !seen[r].own_mailbox); comp.extend(in_); left = out; i += 1; }
                if comp.contains(&b) { "changed, bridged" } else { "changed, name only" } } };
            let e = kinds.entry(kind).or_default(); e.0 += 1; 
            if linked.cluster[a] == linked.cluster[b] { e.1 += 1 } else if shown < show && args.get(5).is_none_or(|k| kind.contains(k.as_str())) { shown += 1; println!("MISS {kind} {}\n  {:?}\n  {:?}", linked.weight(a as u32, b as u32), set.rows[a].join("|"), set.rows[b].join("|")); for e in linked.evidence(a as u32, b as u32) { print!("   {:?}/{:?}:{}", e.code, e.agreement, e.weight); } println!(); }
        }}
    }
    for (k, (all, got)) in &kinds { println!("  true {k}: {got}/{all} {:.3}", *got as f64 / *all as f64); }
    let mut cl: HashMap<u32, Vec<usize>> = HashMap::new();
    for (i, &c) in linked.cluster.iter().enumerate() { cl.entry(c).or_default().push(i); }
    let mut f: BTreeMap<&str, u64> = BTreeMap::new();
    let name = |r: &Vec<String>| { let n = if r[2].is_empty() { format!("{} {}", r[0], r[1]) } else { r[2].clone() }; n.to_lowercase() };
    let _ = prof;
    for rows in cl.values() { for (n, &a) in rows.iter().enumerate() { for &b in &rows[n+1..] { if set.truth[a] != set.truth[b] {
        let direct = linked.links.iter().any(|_| false); let _ = direct;
        let k = match (seen[a].employer == seen[b].employer, name(&set.rows[a]) == name(&set.rows[b])) { (true, true) => "same employer same name", (true, false) => "same employer other name", (false, true) => "other employer same name", _ => "other employer other name" };
        *f.entry(k).or_default() += 1; } } } }
    println!("  false pairs {f:?}");
    let mut lk: BTreeMap<String, (u64,u64)> = BTreeMap::new();
    for l in &linked.links { let (a, b) = (l.a as usize, l.b as usize); let k = format!("{} conf {}", if seen[a].employer == seen[b].employer { "same emp" } else { "other emp" }, l.confidence() / 10 * 10); let e = lk.entry(k).or_default(); e.0 += 1; if set.truth[a] == set.truth[b] { e.1 += 1 } else if shown < show && args.get(5).is_some_and(|k| k == "false") { shown += 1; println!("FALSE {}\n  {:?}\n  {:?}", l.weight, set.rows[a].join("|"), set.rows[b].join("|")); for e in linked.evidence(l.a, l.b) { print!("   {:?}/{:?}:{}", e.code, e.agreement, e.weight); } println!(); } }
    for (k, (all, ok)) in lk { println!("  links {k}: {ok}/{all}"); }
    let mut lk: BTreeMap<String, (u64,u64)> = BTreeMap::new();
    for l in &linked.possible { let (a, b) = (l.a as usize, l.b as usize); let k = format!("{} conf {}", if seen[a].employer == seen[b].employer { "same emp" } else { "other emp" }, l.confidence() / 10 * 10); let e = lk.entry(k).or_default(); e.0 += 1; if set.truth[a] == set.truth[b] { e.1 += 1 } }
    for (k, (all, ok)) in lk { println!("  possible {k}: {ok}/{all}"); }
}
