"""Writes plans.txt, the numbering plans of the world, from the Python port of Google's libphonenumber.

    pip install phonenumbers==9.0.42 && python3 plans.py > plans.txt

One line per fact, words parted by a single blank:

    calling CODE REGION..        a calling code and who shares it, the main one first; 001 is no country
    plan REGION CODE             the facts of one region follow
    abroad PATTERN               what is dialled before a calling code
    prefix PATTERN [RULE]        what is dialled before a number at home, and what to put for it if its last group matched
    leading PATTERN              how the region's numbers start, where a calling code is shared
    local LENGTHS                lengths that can be dialled only near by
    alike                        a landline's range is also a mobile's
    KIND LENGTHS PATTERN         a range; `general` is every number of the region
"""

import importlib.metadata

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

KINDS = {
    "general": "general_desc",
    "premium_rate": "premium_rate",
    "toll_free": "toll_free",
    "shared_cost": "shared_cost",
    "voip": "voip",
    "personal": "personal_number",
    "pager": "pager",
    "uan": "uan",
    "voicemail": "voicemail",
    "fixed_line": "fixed_line",
    "mobile": "mobile",
}


def plan(region, code):
    yield f"plan {region} {code}"
    if region == "001":
        data = PhoneMetadata.metadata_for_nongeo_region(code)
    else:
        data = PhoneMetadata.metadata_for_region(region)
    if data.international_prefix:
        yield f"abroad {data.international_prefix}"
    if data.national_prefix_for_parsing:
        rule = data.national_prefix_transform_rule
        yield f"prefix {data.national_prefix_for_parsing}" + (f" {rule}" if rule else "")
    if data.leading_digits:
        yield f"leading {data.leading_digits}"
    if data.general_desc.possible_length_local_only:
        yield "local " + ",".join(map(str, data.general_desc.possible_length_local_only))
    if data.same_mobile_and_fixed_line_pattern:
        yield "alike"
    for kind, name in KINDS.items():
        desc = getattr(data, name)
        if desc and desc.national_number_pattern:
            lengths = desc.possible_length or data.general_desc.possible_length
            yield f"{kind} {','.join(map(str, lengths))} {desc.national_number_pattern}"


print(f"# libphonenumber {importlib.metadata.version('phonenumbers')}, Apache-2.0; see NOTICE. Written by plans.py.")
for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
    print("calling", code, *regions)
    for region in regions:
        for line in plan(region, code):
            print(line)
