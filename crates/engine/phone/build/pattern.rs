//! Compiles the small regular expressions of numbering plans: digits, sets, groups, alternatives, counted repeats.

use crate::op::Op;

/// A pattern, read.
enum Node {
    Digit(u16),
    End,
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat(Box<Node>, usize, usize),
    Group(u8, Box<Node>),
}

/// Reads and compiles; jumps count from `base`, the place of the program's first step.
pub(crate) fn compile(text: &str, base: usize) -> Vec<Op> {
    let mut reader = Reader { rest: text.as_bytes(), groups: 0, text };
    let node = reader.either();
    assert!(reader.rest.is_empty(), "unbalanced: {text}");
    let mut steps = Vec::new();
    emit(&node, base, &mut steps);
    steps.push(Op::Accept);
    steps
}

/// How many groups a pattern captures.
pub(crate) fn groups(text: &str) -> usize {
    text.matches('(').count() - text.matches("(?:").count()
}

fn emit(node: &Node, base: usize, steps: &mut Vec<Op>) {
    match node {
        Node::Digit(set) => steps.push(Op::Digit(*set)),
        Node::End => steps.push(Op::End),
        Node::Sequence(parts) => parts.iter().for_each(|part| emit(part, base, steps)),
        Node::Group(number, inner) => {
            steps.push(Op::Save(2 * number));
            emit(inner, base, steps);
            steps.push(Op::Save(2 * number + 1));
        }
        Node::Repeat(inner, least, most) => {
            (0..*least).for_each(|_| emit(inner, base, steps));
            let mut splits = Vec::new();
            for _ in *least..*most {
                splits.push(steps.len());
                steps.push(Op::End);
                emit(inner, base, steps);
            }
            let after = (base + steps.len()) as u16;
            for at in splits {
                steps[at] = Op::Split((base + at + 1) as u16, after);
            }
        }
        Node::Either(ways) => {
            let mut jumps = Vec::new();
            for (number, way) in ways.iter().enumerate() {
                let last = number + 1 == ways.len();
                let split = steps.len();
                if !last {
                    steps.push(Op::End);
                }
                emit(way, base, steps);
                if !last {
                    jumps.push(steps.len());
                    steps.push(Op::End);
                    steps[split] = Op::Split((base + split + 1) as u16, (base + steps.len()) as u16);
                }
            }
            let after = (base + steps.len()) as u16;
            for at in jumps {
                steps[at] = Op::Jump(after);
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    groups: u8,
    text: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, mark: &str) -> bool {
        let found = self.rest.starts_with(mark.as_bytes());
        if found {
            self.rest = &self.rest[mark.len()..];
        }
        found
    }

    fn either(&mut self) -> Node {
        let mut ways = vec![self.sequence()];
        while self.take("|") {
            ways.push(self.sequence());
        }
        if ways.len() == 1 { ways.remove(0) } else { Node::Either(ways) }
    }

    fn sequence(&mut self) -> Node {
        let mut parts = Vec::new();
        while let Some(&byte) = self.rest.first() {
            if byte == b'|' || byte == b')' {
                break;
            }
            let atom = self.atom();
            parts.push(self.repeated(atom));
        }
        Node::Sequence(parts)
    }

    fn atom(&mut self) -> Node {
        if self.take("(?:") {
            let inner = self.either();
            assert!(self.take(")"), "unbalanced: {}", self.text);
            return inner;
        }
        if self.take("(") {
            let number = self.groups;
            self.groups += 1;
            let inner = self.either();
            assert!(self.take(")"), "unbalanced: {}", self.text);
            return Node::Group(number, Box::new(inner));
        }
        if self.take("\\d") {
            return Node::Digit(0x3ff);
        }
        if self.take("$") {
            return Node::End;
        }
        if self.take("[") {
            let mut set = 0;
            while !self.take("]") {
                let from = self.digit();
                let to = if self.take("-") { self.digit() } else { from };
                (from..=to).for_each(|digit| set |= 1 << digit);
            }
            return Node::Digit(set);
        }
        Node::Digit(1 << self.digit())
    }

    fn repeated(&mut self, atom: Node) -> Node {
        if self.take("?") {
            return Node::Repeat(Box::new(atom), 0, 1);
        }
        if !self.take("{") {
            return atom;
        }
        let least = self.number();
        let most = if self.take(",") { self.number() } else { least };
        assert!(self.take("}"), "no end of a count: {}", self.text);
        Node::Repeat(Box::new(atom), least, most)
    }

    fn number(&mut self) -> usize {
        let mut number = 0;
        while self.rest.first().is_some_and(u8::is_ascii_digit) {
            number = number * 10 + usize::from(self.digit());
        }
        number
    }

    fn digit(&mut self) -> u8 {
        let digit = self.rest.first().copied().filter(u8::is_ascii_digit);
        let Some(digit) = digit else { panic!("no digit where one is needed: {}", self.text) };
        self.rest = &self.rest[1..];
        digit - b'0'
    }
}
