//! The housekeeping of the whole installation, at a steady beat.

use std::time::Duration;

use plumb_store::StoreError;
use plumb_store::job::{Cron, Done, Job, JobContext, Registry};
use serde::{Deserialize, Serialize};

/// Removes what is past its time: broken uploads, the pieces of old lists and exports, spent rates.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Sweep {}

impl Job for Sweep {
    const NAME: &'static str = "plumb.sweep";
}

/// The job and its schedule.
pub(crate) fn jobs() -> Result<Registry, StoreError> {
    let cron = Cron::new("plumb.sweep", Duration::from_mins(15), &Sweep {})?;
    let registry = Registry::new().handle::<Sweep, _, _>(|_, cx: JobContext| async move {
        plumb_source::sweep(cx.store()).await?;
        plumb_export::sweep(cx.store()).await?;
        plumb_duplicate::sweep(cx.store()).await?;
        cx.store().sweep_rates().await?;
        Ok(Done::Nothing)
    });
    Ok(registry.every(cron))
}
