//! The pairs behind the clusters, and those that somebody should look at.

use std::io;

use plumb_link::Link;
use plumb_table::write::push_cells;

use super::people::sheet_row;
use super::rows::Stored;
use super::write::{Book, push_number};
use crate::error::{ListError, Stop};
use crate::target::Target;

/// Pairs between two looks at whether to stop.
const PAIRS_AT_A_TIME: usize = 1024;

fn stopped(stop: &Stop, nth: usize) -> io::Result<()> {
    if nth.is_multiple_of(PAIRS_AT_A_TIME) && stop.check().is_err() {
        return Err(io::ErrorKind::Interrupted.into());
    }
    Ok(())
}

/// Writes `--links`: the links that hold clusters together, and the possible ones, each with what it rests on.
pub(crate) fn links(book: &Book<'_>, target: &mut Target, stop: &Stop) -> Result<(), ListError> {
    let (people, delimiter) = (book.people, book.delimiter());
    let linked = &people.linked;
    let two = book.second_from.is_some();
    let result = target.text(|out| {
        let mut names = vec!["row_a", "row_b", "cluster_a", "cluster_b", "confidence", "decision", "evidence"];
        if two {
            names.extend(["file_a", "file_b"]);
        }
        let (mut line, mut cells) = (Vec::new(), vec![String::new(); names.len()]);
        push_cells(&mut line, names, delimiter);
        line.push(b'\n');
        out.write_all(&line)?;
        let same = linked.links.iter().map(|link| (link, "same"));
        let possible = linked.possible.iter().map(|link| (link, "possible"));
        for (nth, (link, decision)) in same.chain(possible).enumerate() {
            stopped(stop, nth)?;
            line.clear();
            cells.iter_mut().for_each(String::clear);
            cells[0] = sheet_row(link.a).to_string();
            cells[1] = sheet_row(link.b).to_string();
            push_number(&mut cells[2], people.cluster(link.a));
            push_number(&mut cells[3], people.cluster(link.b));
            push_number(&mut cells[4], u32::from(link.confidence()));
            cells[5].push_str(decision);
            people.evidence(link.a, link.b, &mut cells[6]);
            for (cell, row) in cells[7..].iter_mut().zip([link.a, link.b]) {
                cell.push_str(book.source_of(row).unwrap_or_default());
            }
            push_cells(&mut line, cells.iter().map(String::as_str), delimiter);
            line.push(b'\n');
            out.write_all(&line)?;
        }
        Ok(())
    });
    stop.check().and(result)
}

/// Writes `--review`: each possible pair as two rows, one below the other, likeliest first.
pub(crate) fn review(book: &Book<'_>, rows: &Stored, target: &mut Target, stop: &Stop) -> Result<(), ListError> {
    let (people, delimiter) = (book.people, book.delimiter());
    let two = book.second_from.is_some();
    let result = target.text(|out| {
        let mut names = vec!["plumb_pair", "plumb_confidence", "plumb_row", "plumb_cluster_id", "plumb_evidence"];
        if two {
            names.push("plumb_source_file");
        }
        let (mut line, mut cells) = (Vec::new(), vec![String::new(); names.len()]);
        push_cells(&mut line, names, delimiter);
        line.push(delimiter);
        line.extend_from_slice(&book.header());
        line.push(b'\n');
        out.write_all(&line)?;
        for (nth, Link { a, b, .. }) in people.linked.possible.iter().enumerate() {
            stopped(stop, nth)?;
            for row in [*a, *b] {
                line.clear();
                cells.iter_mut().for_each(String::clear);
                cells[0] = (nth + 1).to_string();
                push_number(&mut cells[1], u32::from(people.linked.possible[nth].confidence()));
                cells[2] = sheet_row(row).to_string();
                push_number(&mut cells[3], people.cluster(row));
                people.evidence(*a, *b, &mut cells[4]);
                if two {
                    cells[5].push_str(book.source_of(row).unwrap_or_default());
                }
                push_cells(&mut line, cells.iter().map(String::as_str), delimiter);
                line.push(delimiter);
                rows.get(row, &mut line)?;
                line.push(b'\n');
                out.write_all(&line)?;
            }
        }
        Ok(())
    });
    stop.check().and(result)
}
