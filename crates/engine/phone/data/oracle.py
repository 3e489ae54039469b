"""Writes telephone numbers as lists hold them, with what Google's libphonenumber (its Python port) makes of each.

    pip install phonenumbers==9.0.42
    python3 oracle.py COUNT SEED WRITINGS > numbers.tsv                  # to compare: cargo run --example compare < numbers.tsv
    python3 oracle.py 102000 1 10 | zstd --ultra -22 > golden.tsv.zst    # what tests/golden.rs reads

WRITINGS is how often each number comes, written and damaged in another way each time.

A line: the text, the country it is read in (or -), and either the reason why it is no number or, parted by tabs, E.164,
region, kind (- if not valid), extension, and whether it is possible.
"""

import itertools
import random
import re._parser as regex
import sys

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneMetadata, PhoneNumberType

KINDS = {
    PhoneNumberType.PREMIUM_RATE: "PremiumRate",
    PhoneNumberType.TOLL_FREE: "TollFree",
    PhoneNumberType.SHARED_COST: "SharedCost",
    PhoneNumberType.VOIP: "Voip",
    PhoneNumberType.PERSONAL_NUMBER: "Personal",
    PhoneNumberType.PAGER: "Pager",
    PhoneNumberType.UAN: "Uan",
    PhoneNumberType.VOICEMAIL: "Voicemail",
    PhoneNumberType.FIXED_LINE: "FixedLine",
    PhoneNumberType.MOBILE: "Mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "FixedLineOrMobile",
    PhoneNumberType.UNKNOWN: "-",
}
REASONS = {
    NumberParseException.NOT_A_NUMBER: "NotANumber",
    NumberParseException.INVALID_COUNTRY_CODE: "NoCountry",
    NumberParseException.TOO_SHORT_AFTER_IDD: "TooShort",
    NumberParseException.TOO_SHORT_NSN: "TooShort",
    NumberParseException.TOO_LONG: "TooLong",
}
RANGES = (
    "general_desc fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail"
).split()
ROWS = ["0", "٠", "۰", "०", "０", "\U0001d7ce"]
LETTERS = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}


class Numbers:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.plans = []
        for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
            for region in regions:
                if region == "001":
                    self.plans.append((code, None, PhoneMetadata.metadata_for_nongeo_region(code)))
                else:
                    self.plans.append((code, region, PhoneMetadata.metadata_for_region(region)))
        self.homes = [region for _, region, _ in self.plans if region]
        self.read = {}

    def pattern(self, text):
        """Digits that a pattern matches."""
        if text not in self.read:
            self.read[text] = regex.parse(text)
        return self.walk(self.read[text])

    def walk(self, tree):
        out = ""
        for op, value in tree:
            name = str(op)
            if name == "LITERAL":
                out += chr(value)
            elif name == "IN":
                digits = []
                for kind, item in value:
                    if str(kind) == "LITERAL":
                        digits.append(chr(item))
                    elif str(kind) == "RANGE":
                        digits += map(chr, range(item[0], item[1] + 1))
                    else:
                        # What follows a free digit decides little: few of them keep the file small.
                        digits += "0123456789" if len(out) < 5 else "0000007"
                out += self.random.choice(digits)
            elif name == "BRANCH":
                out += self.walk(self.random.choice(value[1]))
            elif name == "SUBPATTERN":
                out += self.walk(value[-1])
            elif name == "MAX_REPEAT":
                least, most, inner = value
                for _ in range(self.random.randint(least, most)):
                    out += self.walk(inner)
            elif name != "AT":
                raise ValueError(name)
        return out

    def national(self, data):
        """A number of a plan: mostly one that it has, else one near it."""
        pick = self.random.random()
        ranges = [getattr(data, name) for name in RANGES]
        ranges = [desc for desc in ranges if desc and desc.national_number_pattern]
        desc = self.random.choice(ranges)
        if pick < 0.12:
            examples = [desc.example_number for desc in ranges if desc.example_number]
            if examples:
                return self.random.choice(examples)
        if pick < 0.22:
            lengths = list(data.general_desc.possible_length) + list(data.general_desc.possible_length_local_only)
            length = self.random.choice(lengths) + self.random.choice([0, 0, 0, 0, -1, 1])
            return "".join(self.random.choice("0123456789") for _ in range(length))
        digits = self.pattern(desc.national_number_pattern)
        if pick < 0.34:
            at = self.random.randrange(min(5, len(digits)))
            digits = digits[:at] + self.random.choice("0123456789") + digits[at + 1 :]
        elif pick < 0.39:
            digits = digits[:-1] if self.random.random() < 0.5 else digits + self.random.choice("059")
        elif pick < 0.40:
            digits = "0" * self.random.randint(1, 3) + digits
        return digits

    def grouped(self, digits):
        """With punctuation."""
        style = self.random.randrange(9)
        if style < 3 or len(digits) < 5:
            return digits
        a = self.random.randint(2, 4)
        b = self.random.randint(a + 1, max(a + 1, min(a + 4, len(digits) - 1)))
        x, y, z = digits[:a], digits[a:b], digits[b:]
        return [f"{x} {y} {z}", f"{x}-{y}-{z}", f"{x}.{y}.{z}", f"({x}) {y}-{z}", f"{x}/{y}{z}", f"[{x}]{y}\u2013{z}"][
            style - 3
        ]

    def dialled(self, code, data, digits):
        """As it is dialled from somewhere."""
        prefix = data.national_prefix_for_parsing
        style = self.random.randrange(20)
        if style < 6:
            return f"+{code}{self.random.choice(['', ' ', '-'])}{self.grouped(digits)}"
        if style < 10:
            return self.grouped(digits)
        if style < 13:
            lead = data.national_prefix or (self.pattern(prefix) if prefix else "0")
            return self.grouped(lead + digits)
        if style == 13 and prefix:
            return self.grouped(self.pattern(prefix) + digits)
        if style == 14:
            return f"+{code} (0) {self.grouped(digits)}"
        if style == 15:
            return f"{self.random.choice(['00', '011', '0011', '810', '+00', '++'])} {code} {self.grouped(digits)}"
        if style == 16 and data.international_prefix:
            return f"{self.pattern(data.international_prefix)}{code}{self.grouped(digits)}"
        if style == 17:
            return f"{code}{self.grouped(digits)}"
        if style == 18:
            lead = data.national_prefix or "0"
            return f"{self.random.choice(['', '+'])}{code} {lead}{self.grouped(digits)}"
        if style == 19 and code in (52, 54, 55):
            lead = {52: ["1", "01", "044", "045"], 54: ["9", "0", "09", "15", "011 15"], 55: ["0", "015", "021", "9031"]}
            return self.random.choice(["", f"+{code} "]) + self.random.choice(lead[code]) + digits
        return f"+{self.random.choice([code, code, self.random.randint(0, 999)])} {digits}"

    def damaged(self, text):
        """With what stands around numbers in lists."""
        pick = self.random.random()
        if pick < 0.62:
            return text
        number = str(self.random.choice([0, 1, 12, 12, 345, 4567, 123456, 1234567, 123456789, 1234567890123456]))
        blank = self.random.choice(["", " ", "  ", "\u00a0", ", "])
        if pick < 0.74:
            label = self.random.choice(
                "ext. |ext|Ext:|extn |extension |extensión |EXTENSIO\u0301N |x|X |xt|#|# |int |INT. |anexo |доб. |~|;|"
                ",,|,|,,,|; |;ext=|;EXT=|ｅｘｔｎ|ｘ|＃| - |xx |ex |, x".split("|")
            )
            return text + blank + label + number + self.random.choice(["", "", "", "#", "##"])
        if pick < 0.76:
            return text + self.random.choice([" ", "-", " - "]) + number + "#"
        if pick < 0.80:
            return self.random.choice(["'", '"', "Tel: ", "T ", "tel:", "(", "=", "\u200e", "ph. ", "~", ";", "M:", "#"]) + text
        if pick < 0.85:
            tail = " (home)|mobile|.|, |/|;|'|_|?| or| office| \u2019|²|\u0940|Ⓐ|\u00e9|ABC|*|+| +|!|x|xx|]|\u3002".split("|")
            return text + self.random.choice(tail)
        if pick < 0.88:
            return text + self.random.choice([" / ", "/", ";", ", ", " or ", " x12/x", "\\x", "/ x", " "]) + text[-9:]
        if pick < 0.92:
            zero = ord(self.random.choice(ROWS))
            text = "".join(chr(zero + ord(c) - 48) if c in "0123456789" else c for c in text)
            return text.replace("+", self.random.choice("+＋")).replace("-", self.random.choice("-－\u2212\u2011"))
        if pick < 0.96:
            count = self.random.randint(1, 7)
            letters = "".join(
                self.random.choice(LETTERS[c]) if c in LETTERS else c for c in text[-count:]
            )
            return text[:-count] + self.random.choice([letters, letters.lower()])
        if pick < 0.98:
            context = self.random.choice(
                ["+1", "+44", "+49-30", "example.com", "example.com.", "+", "", "a-", "1.com", "com.1", "+x", "-a.b", "+1;a=b"]
            )
            return self.random.choice(["tel:", "", "sip:tel:"]) + text + ";phone-context=" + context
        if pick < 0.985:
            return text + self.random.choice([";isub=12345", ";isub=", ";a=b", ";ext=7;isub=1"])
        at = self.random.randint(0, len(text))
        return text[:at] + self.random.choice(["*", "  ", "--", "+", "o", "O", "l", "\u200b", ",", ":", "\u00ad", "&", "x"]) + text[at:]

    def texts(self, plan, writings):
        """One number of a plan in several writings, each with the country it is read in."""
        if self.random.random() < 0.01:
            alphabet = "+0123456789 -().x#,;~ext/tel:*\u00a0"
            home = self.random.choice(self.homes + [None])
            yield "".join(self.random.choice(alphabet) for _ in range(self.random.randint(0, 24))), home
            return
        code, region, data = plan
        digits = self.national(data)
        for _ in range(writings):
            pick = self.random.random()
            home = region if pick < 0.7 else self.random.choice(self.homes) if pick < 0.88 else None
            yield self.damaged(self.dialled(code, data, digits)), home


def answer(text, home):
    try:
        number = phonenumbers.parse(text, home)
    except NumberParseException as error:
        return REASONS[error.error_type]
    kind = KINDS[phonenumbers.number_type(number)]
    assert phonenumbers.is_valid_number(number) == (kind != "-")
    extension = "".join(str(int(digit)) for digit in number.extension or "")
    return "\t".join(
        [
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
            phonenumbers.region_code_for_number(number) or "-",
            kind,
            extension or "-",
            "possible" if phonenumbers.is_possible_number(number) else "-",
        ]
    )


def main():
    count, seed, writings = map(int, sys.argv[1:])
    numbers = Numbers(seed)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    seen = set()
    for plan in itertools.cycle(numbers.plans):
        if len(seen) >= count:
            break
        for text, home in numbers.texts(plan, writings):
            if (text, home) not in seen:
                seen.add((text, home))
                print(text, home or "-", answer(text, home), sep="\t")


main()
