
/// What `{{ name }}` does, in a sentence: `job list` shows it.
#[job(schedule = {{ schedule }}{% if tz %}, tz = {{ tz }}{% endif %})]
pub async fn {{ name }}(_cx: &JobContext) -> Result<()> {
    Ok(())
}
