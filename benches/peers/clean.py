"""Cleans the bench's list with what people use for it: clean.py {pandas|polars|duckdb} LIST OUTPUT.

pandas checks what `plumb clean` checks (address syntax, number validity, registrable domain, duplicates); polars and
DuckDB know regular expressions only, so they do less.
"""

import sys

EMAIL = r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"


def with_pandas(source, target):
    import pandas
    import phonenumbers
    import tldextract
    from email_validator import EmailNotValidError, validate_email

    registrable = tldextract.TLDExtract(suffix_list_urls=())
    countries = {"Germany": "DE", "Deutschland": "DE", "United Kingdom": "GB", "USA": "US", "US": "US", "France": "FR"}

    def email(text):
        try:
            return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            return ""

    def phone(text, country):
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, countries.get(country))
        except phonenumbers.NumberParseException:
            return ""
        valid = phonenumbers.is_possible_number(number)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""

    rows = pandas.read_csv(source, dtype=str, keep_default_na=False)
    rows["clean_email"] = [email(text) for text in rows["E-mail"]]
    rows["clean_phone"] = [phone(*pair) for pair in zip(rows["Phone"], rows["Country"])]
    rows["clean_domain"] = [registrable(text).top_domain_under_public_suffix for text in rows["Website"]]
    for column in ["First name", "Last name", "Company", "City"]:
        rows[column] = rows[column].str.strip()
    key = rows["clean_email"].str.lower()
    rows["keep"] = ~(key.duplicated() & (key != ""))
    rows.to_csv(target, index=False)


def with_polars(source, target):
    import polars

    email = polars.col("E-mail").str.strip_chars().str.to_lowercase()
    rows = polars.scan_csv(source, infer_schema=False).with_columns(
        polars.when(email.str.contains(EMAIL)).then(email).otherwise(None).alias("clean_email"),
        polars.col("Phone").str.replace_all(r"[^0-9+]", "").alias("clean_phone"),
        polars.col("Website").str.extract(r"^https?://(?:www\.)?([^/]+)").alias("clean_domain"),
        *[polars.col(name).str.strip_chars() for name in ["First name", "Last name", "Company", "City"]],
    )
    first = polars.col("clean_email").is_first_distinct() | polars.col("clean_email").is_null()
    rows.with_columns(first.alias("keep")).collect().write_csv(target)


def with_duckdb(source, target):
    import duckdb

    duckdb.sql(
        f"""copy (
            with rows as (
                select *, lower(trim("E-mail")) as address, row_number() over () as row_number
                from read_csv('{source}', all_varchar = true, header = true)
            ), clean as (
                select *, case when regexp_matches(address, '{EMAIL.replace("'", "''")}') then address end as clean_email,
                    regexp_replace("Phone", '[^0-9+]', '', 'g') as clean_phone,
                    regexp_extract("Website", '^https?://(?:www\\.)?([^/]+)', 1) as clean_domain
                from rows
            )
            select *, clean_email is null
                or row_number() over (partition by clean_email order by row_number) = 1 as keep
            from clean order by row_number
        ) to '{target}' (header)"""
    )


if __name__ == "__main__":
    {"pandas": with_pandas, "polars": with_polars, "duckdb": with_duckdb}[sys.argv[1]](sys.argv[2], sys.argv[3])
