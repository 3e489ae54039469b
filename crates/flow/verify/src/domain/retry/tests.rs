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
