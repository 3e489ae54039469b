//! The cleaning kernel as the values that importing takes: the two stages do not name each other.

use std::sync::Arc;

use plumb_clean::{Confidence, Field, Flag, RejectReason, Rules, clean_row, propose};
use plumb_lead::NewLead;
use plumb_source::{CleanedRow, Cleaning, FieldName, MappedColumn, Mapping, Proposed};

/// The functions of the cleaning kernel under one snapshot of rules.
#[must_use]
pub fn cleaning() -> Cleaning {
    let rules = Arc::new(Rules::embedded());
    let rules_version = rules.version().to_string();
    let fields = Field::ALL.into_iter().map(|field| FieldName { code: field.code(), label: field.label() }).collect();
    Cleaning {
        propose: Arc::new(|names, rows| propose(names, rows).columns.into_iter().map(proposed).collect()),
        check: Arc::new(|mapping, names| match kernel_mapping(mapping) {
            Ok(mapping) => mapping.check(names).err().unwrap_or_default().iter().map(ToString::to_string).collect(),
            Err(unknown) => vec![unknown],
        }),
        clean: Arc::new(move |mapping, rows, country| {
            let Ok(mapping) = kernel_mapping(mapping) else { return Vec::new() };
            let clean = |row: &Vec<String>| {
                let cells: Vec<&str> = row.iter().map(String::as_str).collect();
                cleaned(clean_row(&rules, &mapping, &cells, country))
            };
            rows.iter().map(clean).collect()
        }),
        explain: Arc::new(explain),
        fields,
        rules_version,
    }
}

fn proposed(column: plumb_clean::ProposedColumn) -> Proposed {
    let confidence = match column.confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    };
    Proposed {
        field: column.field.map(|field| field.code().to_owned()),
        confidence: confidence.to_owned(),
        reason: column.reason,
    }
}

fn kernel_mapping(mapping: &Mapping) -> Result<plumb_clean::Mapping, String> {
    let column = |column: &MappedColumn| {
        let field = match &column.field {
            Some(code) => Some(Field::from_code(code).ok_or_else(|| format!("there is no field {code:?}"))?),
            None => None,
        };
        Ok(plumb_clean::MappedColumn { index: column.index, name: column.name.clone(), field })
    };
    let columns = mapping.columns.iter().map(column).collect::<Result<_, String>>()?;
    Ok(plumb_clean::Mapping { width: mapping.width, columns })
}

fn cleaned(row: plumb_clean::Cleaned) -> CleanedRow {
    if let Some(reason) = row.reject {
        return CleanedRow::Reject { reason: reason.code(), detail: String::new() };
    }
    let lead = row.lead;
    CleanedRow::Lead(Box::new(NewLead {
        dedupe_key: lead.dedupe_key,
        email: lead.email,
        email_key: lead.email_key,
        email_domain: lead.email_domain,
        org_domain: lead.org_domain,
        first_name: lead.first_name,
        last_name: lead.last_name,
        full_name: lead.full_name,
        title: lead.title,
        company: lead.company,
        company_key: lead.company_key,
        website: lead.website,
        phone_e164: lead.phone_e164,
        phone_type: lead.phone_type.map(|kind| kind.code().to_owned()),
        street: lead.street,
        city: lead.city,
        region: lead.region,
        postcode: lead.postcode,
        country: lead.country.map(|country| country.to_string()),
        linkedin: lead.linkedin,
        flags: row.flags.iter().map(|flag| flag.code().to_owned()).collect(),
        ..NewLead::default()
    }))
}

fn explain(code: &str) -> Option<&'static str> {
    let flag = Flag::ALL.iter().find(|flag| flag.code() == code).map(|flag| flag.explain());
    flag.or_else(|| RejectReason::ALL.iter().find(|reason| reason.code() == code).map(|reason| reason.explain()))
}

/// What the lists say of one address.
#[must_use]
pub fn lists(address: &str) -> plumb_verify::Lists {
    let column = plumb_clean::MappedColumn { index: 0, name: "email".to_owned(), field: Some(Field::Email) };
    let mapping = plumb_clean::Mapping { width: 1, columns: vec![column] };
    let flags = clean_row(&Rules::embedded(), &mapping, &[address], None).flags;
    plumb_verify::Lists {
        role: flags.contains(&Flag::EmailRole),
        free: flags.contains(&Flag::EmailFree),
        disposable: flags.contains(&Flag::EmailDisposable),
    }
}
