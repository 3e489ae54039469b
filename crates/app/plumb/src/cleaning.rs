//! The cleaning kernel as the values that importing takes: the two stages do not name each other.

use std::sync::{Arc, LazyLock};

use plumb_base::Cells;
use plumb_clean::{
    CleanRow, Cleaned, Confidence, Field, Flag, Kernel, Options, PrivateClass, PrivateClasses, Reason, RejectReason,
    Rules, propose,
};
use plumb_lead::NewLead;
use plumb_source::{CleanedRow, Cleaning, FieldName, MappedColumn, Mapping, PrivateValue, Proposal, Proposed, Warning};

/// The rules of this build, made once.
static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::embedded()));

/// The functions of the cleaning kernel under one snapshot of rules.
#[must_use]
pub fn cleaning() -> Cleaning {
    let rules_version = RULES.version().to_string();
    let fields = Field::ALL
        .into_iter()
        .filter(|field| *field != Field::Date)
        .map(|field| FieldName { code: field.code(), label: field.label() })
        .collect();
    Cleaning {
        propose: Arc::new(|names, rows| {
            let proposal = propose(names, rows);
            Proposal {
                columns: proposal.columns.into_iter().map(proposed).collect(),
                preset: proposal.preset.map(|preset| preset.name),
            }
        }),
        check: Arc::new(|mapping, names| match kernel_mapping(mapping) {
            Ok(mapping) => mapping.check(names).err().unwrap_or_default().iter().map(ToString::to_string).collect(),
            Err(unknown) => vec![unknown],
        }),
        clean: Arc::new(|mapping, rows, wishes| {
            let Ok(mapping) = kernel_mapping(mapping) else { return Vec::new() };
            let denied = wishes.denied.iter().fold(PrivateClasses::default(), |all, class| all.with(private(*class)));
            let options = Options { default_country: wishes.country, denied, ..Options::default() };
            let mut out = Cleaned::default();
            Kernel::new(RULES.clone(), &mapping, options).clean(rows, &mut out);
            let withheld = withheld(&mapping, options, rows);
            out.iter().zip(withheld).map(|(row, withheld)| answer(row, withheld)).collect()
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
        // A lead has no date of its own.
        field: column.field.filter(|field| *field != Field::Date).map(|field| field.code().to_owned()),
        confidence: confidence.to_owned(),
        reason: column.reason,
        warning: column
            .warning
            .map(|warning| Warning { code: warning.code().to_owned(), words: warning.explain().to_owned() }),
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

fn private(class: PrivateValue) -> PrivateClass {
    match class {
        PrivateValue::PersonalEmail => PrivateClass::PersonalEmail,
        PrivateValue::Mobile => PrivateClass::Mobile,
        PrivateValue::HomeAddress => PrivateClass::HomeAddress,
    }
}

/// The columns of each row that hold a value of a denied class. Each is asked by itself: of several columns of numbers, the
/// kernel takes the first that is usable and does not look at the rest.
fn withheld(mapping: &plumb_clean::Mapping, options: Options, cells: &Cells) -> Vec<Vec<usize>> {
    let mut withheld = vec![Vec::new(); cells.rows()];
    if options.denied == PrivateClasses::default() {
        return withheld;
    }
    let may_be_private = [Field::Email, Field::Phone, Field::Street];
    let mut out = Cleaned::default();
    for column in &mapping.columns {
        let Some(field) = column.field.filter(|field| may_be_private.contains(field)) else { continue };
        let country = mapping.column(Field::Country).into_iter();
        let alone = plumb_clean::Mapping {
            width: mapping.width,
            columns: std::iter::once(column).chain(country).cloned().collect(),
        };
        Kernel::new(RULES.clone(), &alone, options).clean(cells, &mut out);
        for (row, withheld) in out.iter().zip(&mut withheld) {
            if row.reason(field) == Some(Reason::Withheld) {
                withheld.push(column.index);
            }
        }
    }
    withheld
}

fn answer(row: CleanRow<'_>, withheld: Vec<usize>) -> plumb_source::Cleaned {
    let mut row = cleaned(row);
    if let CleanedRow::Lead(lead) = &mut row {
        let code = Flag::PolicyWithheld.code();
        if !withheld.is_empty() && !lead.flags.iter().any(|flag| flag == code) {
            lead.flags.push(code.to_owned());
        }
    }
    plumb_source::Cleaned { row, withheld }
}

fn cleaned(row: CleanRow<'_>) -> CleanedRow {
    if let Some(reason) = row.reject() {
        return CleanedRow::Reject { reason: reason.code(), detail: String::new() };
    }
    let lead = row.lead();
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
        flags: row.flags().iter().map(|flag| flag.code().to_owned()).collect(),
        ..NewLead::default()
    }))
}

fn explain(code: &str) -> Option<&'static str> {
    let flag = Flag::ALL.iter().find(|flag| flag.code() == code).map(|flag| flag.explain());
    flag.or_else(|| RejectReason::ALL.iter().find(|reason| reason.code() == code).map(|reason| reason.explain()))
}

/// What the lists say of an address: who has many to ask about makes the kernel once.
pub fn lists() -> impl Fn(&str) -> plumb_verify::Lists {
    let column = plumb_clean::MappedColumn { index: 0, name: "email".to_owned(), field: Some(Field::Email) };
    let mapping = plumb_clean::Mapping { width: 1, columns: vec![column] };
    let kernel = Kernel::new(RULES.clone(), &mapping, Options::default());
    move |address| {
        let (mut cells, mut out) = (Cells::default(), Cleaned::default());
        cells.push_row(std::iter::once(address));
        kernel.clean(&cells, &mut out);
        let flags = out.row(0).flags();
        plumb_verify::Lists {
            role: flags.contains(Flag::EmailRole),
            free: flags.contains(Flag::EmailFree),
            disposable: flags.contains(Flag::EmailDisposable),
        }
    }
}

#[cfg(test)]
mod tests;
