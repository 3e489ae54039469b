use super::*;

fn state(operator: &str) -> OperatorState {
    OperatorState {
        operator: operator.to_owned(),
        source: String::new(),
        blocks: 0,
        halvings: 0,
        paused: None,
        asked_today: 7,
    }
}

#[test]
fn what_is_said_of_operators() {
    let until = "2026-11-21T09:30:00Z".parse().unwrap();
    let lines = |states: &[OperatorState]| -> Vec<(State, String)> {
        read(states, &Manners::strict()).into_iter().map(|finding| (finding.state, finding.found)).collect()
    };
    let well = "no operator of mail servers is left alone or asked more slowly; 14 connections to 2 of them today";
    assert_eq!(lines(&[state("a.example"), state("b.example")]), [(State::Good, well.to_owned())]);
    let states = [
        OperatorState {
            paused: Some((until, OperatorPause::Blocked)),
            source: "192.0.2.7".to_owned(),
            ..state("a.example")
        },
        OperatorState { paused: Some((until, OperatorPause::Goodbye)), ..state("b.example") },
        OperatorState { asked_today: 2000, ..state("c.example") },
        OperatorState { halvings: 2, blocks: 1, ..state("d.example") },
        state("e.example"),
    ];
    let said: Vec<String> = lines(&states)
        .into_iter()
        .map(|(kind, found)| {
            assert_eq!(kind, State::Note);
            found
        })
        .collect();
    assert_eq!(
        said,
        [
            "a.example from 192.0.2.7 is left alone until 2026-11-21 09:30 UTC: it refuses our address",
            "b.example is left alone until 2026-11-21 09:30 UTC: it said goodbye",
            "c.example was asked 2000 times today, which is all that a day allows",
            "d.example is asked at 1/4 of the rate, after 1 refusals of our address in a row",
        ]
    );
}
