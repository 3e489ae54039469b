use super::*;

#[test]
fn the_schedule() {
    let schedule = RetrySchedule::default();
    let minutes = |again, attempt| schedule.wait(again, attempt).map(|wait| wait.as_secs() / 60);
    assert_eq!([1, 2, 3, 4].map(|attempt| minutes(Again::Later, attempt)), [Some(5), Some(15), Some(60), None]);
    assert_eq!(minutes(Again::RateLimited, 1), Some(60));
    assert_eq!([1, 2].map(|attempt| minutes(Again::Unreachable, attempt)), [Some(360), None]);
    assert_eq!(minutes(Again::Blocked, 1), Some(24 * 60));
    assert_eq!([1, 2, 3].map(|attempt| minutes(Again::Dns, attempt)), [Some(15), Some(30), Some(60)]);
    assert_eq!(minutes(Again::No, 1), None);
    assert_eq!(minutes(Again::Later, 0), None, "attempts count from 1");
}

#[test]
fn a_time_that_the_server_names() {
    let schedule = RetrySchedule::default();
    let secs = |again, attempt, named: Option<u64>| {
        schedule.wait_as_asked(again, attempt, named.map(Duration::from_secs)).map(|wait| wait.as_secs())
    };
    assert_eq!(secs(Again::Later, 1, Some(30)), Some(32), "sooner than we would have come");
    assert_eq!(secs(Again::Later, 1, Some(7200)), Some(7202), "and later");
    assert_eq!(secs(Again::Later, 1, None), Some(300));
    assert_eq!(secs(Again::RateLimited, 1, Some(30)), Some(3600), "a limit is not hurried");
    assert_eq!(secs(Again::RateLimited, 1, Some(7200)), Some(7200));
    assert_eq!(secs(Again::Blocked, 1, Some(30)), Some(24 * 3600));
    assert_eq!(secs(Again::Later, 4, Some(30)), None, "not for ever");
    assert_eq!(secs(Again::No, 1, Some(30)), None);
}
