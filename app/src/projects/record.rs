//! Finding, making and changing projects.

use super::*;
use crate::operation::Call;

#[allow(missing_docs)]
pub struct Wanted { pub query: Option<String>, pub client: Option<String>, pub archived: bool, pub with_hours: bool }
#[allow(missing_docs)]
pub struct NewProject { pub client: String, pub name: String, pub code: Option<String>, pub billing: Option<Billing>, pub rate: Option<Amount>, pub bill_agent_time: Option<bool>, pub color: Option<String> }
#[allow(missing_docs)]
pub struct ProjectChange { pub name: Option<String>, pub code: Edit<String>, pub billing: Option<Billing>, pub rate: Edit<Amount>, pub bill_agent_time: Option<bool>, pub color: Option<String> }

macro_rules! stub { ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => { $(
    /// Not yet.
    #[allow(unused_variables)]
    pub async fn $name(cx: &mut Call, $($arg: $ty),*) -> Result<$out, Error> { Err(Error::internal()) }
)* } }
stub! {
    list(wanted: Wanted, limit: Option<u32>, cursor: Option<String>, with_total: bool) -> Page<Project>;
    get(project: &str) -> Project;
    create(given: NewProject) -> Project;
    update(project: &str, given: ProjectChange) -> Project;
    set_archived(project: &str, archived: bool) -> Project;
    delete(project: &str) -> DeletedProject;
}
