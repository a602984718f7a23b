//! The report of a membership review, for the mail to the person and for their security events.

use domain::text;
use strum::VariantArray;

use crate::security::EventKind;

/// Names at most this many members per organization and counts the others, so that a line fits into a security event.
const NAMED: usize = 3;

/// Lists at most this many organizations per kind and counts the others.
const TOLD: usize = 20;

/// The outcome of a reviewed membership, in the order of the report: first what only the person can act on.
#[derive(Clone, Copy, PartialEq, VariantArray)]
pub(super) enum ReportKind {
    /// It was not reviewed.
    Left,
    /// It has ended, and an invitation waits to be accepted.
    Waits,
    /// The account stays a member.
    FromBefore,
    /// Others joined the organization through the account.
    Joined,
}

impl ReportKind {
    /// All kinds, in the order of the report.
    pub(super) const ALL: &[Self] = Self::VARIANTS;

    /// The kind of security event.
    pub(super) fn kind(self) -> EventKind {
        match self {
            Self::Waits => EventKind::MembershipWaits,
            Self::Left | Self::FromBefore => EventKind::OrganizationFromBefore,
            Self::Joined => EventKind::MembersJoinedBefore,
        }
    }

    /// The heading in a mail.
    fn words(self) -> &'static str {
        match self {
            Self::Left => "In these organizations nothing was taken back, and this account belongs to them as before",
            Self::Waits => {
                "Somebody had invited this account into these organizations. It belongs to them no longer, and an invitation to each of \
                 them waits for you in Stint: accept those that you expect. A timer that ran there has stopped"
            }
            Self::FromBefore => "This account belongs to these organizations. Check what is in them, and who else belongs to them",
            Self::Joined => "Check these members, who joined through this account",
        }
    }
}

/// One line of the report, about one organization.
pub(super) struct ReportLine {
    pub(super) matter: ReportKind,
    line: String,
    /// Whether the organization has other members.
    shared: bool,
    /// Whether the account joined other than by an invitation.
    own: bool,
}

impl ReportLine {
    /// A line that names the members of an organization.
    pub(super) fn of(matter: ReportKind, organization: &str, names: &[String]) -> Self {
        Self { matter, line: line(organization, names), shared: !names.is_empty(), own: false }
    }

    /// A membership that was not reviewed. Its members are unknown, so these lines keep their order.
    pub(super) fn left(organization: &str) -> Self {
        let todo = "could not be looked at: take back open invitations there yourself, and leave it where it is none of yours";
        Self { matter: ReportKind::Left, line: format!("{} {todo}", quoted(organization)), shared: false, own: false }
    }

    /// Marks the line as about an organization that the account joined other than by an invitation.
    pub(super) fn of_own(self) -> Self {
        Self { own: true, ..self }
    }
}

/// The lines of one kind, with a count of the lines left out. Organizations that nobody else can have added come first, then those with
/// other members.
pub(super) fn lines(told: &[ReportLine], matter: ReportKind) -> Vec<String> {
    let mut all: Vec<&ReportLine> = told.iter().filter(|told| told.matter == matter).collect();
    all.sort_by_key(|told| (!told.own, !told.shared));
    let mut lines: Vec<String> = all.iter().take(TOLD).map(|told| told.line.clone()).collect();
    if all.len() > TOLD {
        // Events of another kind have the same name, so the count says which.
        let which = if matter == ReportKind::Left { " could not be looked at" } else { "" };
        lines.push(format!("and {} more{which}", all.len() - TOLD));
    }
    lines
}

/// All kinds as text for a mail.
pub(super) fn in_mail(told: &[ReportLine]) -> String {
    let told = ReportKind::ALL.iter().copied().map(|matter| (matter, lines(told, matter))).filter(|(_, lines)| !lines.is_empty());
    told.map(|(matter, lines)| format!("\n\n{}:\n- {}", matter.words(), lines.join("\n- "))).collect::<Vec<_>>().concat()
}

/// The members of an organization on one line.
fn line(organization: &str, names: &[String]) -> String {
    let organization = quoted(organization);
    if names.is_empty() {
        return format!("{organization}: nobody else");
    }
    let named: Vec<String> = names.iter().take(NAMED).map(|name| quoted(name)).collect();
    let more = match names.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{organization}: {}{more}", named.join(", "))
}

/// Quotes a name chosen by somebody else, so that it cannot pass for text by Stint.
fn quoted(name: &str) -> String {
    format!("\"{}\"", text::excerpt(name).replace('"', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_in_an_organization_a_few_are_named_and_all_are_counted() {
        let names = |many: usize| (1..=many).map(|at| format!("Eve {at}")).collect::<Vec<_>>();
        assert_eq!(line("Acme", &names(0)), r#""Acme": nobody else"#);
        assert_eq!(line("Acme", &names(1)), r#""Acme": "Eve 1""#);
        assert_eq!(line("Acme", &names(3)), r#""Acme": "Eve 1", "Eve 2", "Eve 3""#);
        assert_eq!(line("Acme", &names(200)), r#""Acme": "Eve 1", "Eve 2", "Eve 3" and 197 more"#);
        let long = vec!["x".repeat(200); 200];
        let told = line(&"y".repeat(200), &long);
        assert!(told.ends_with(" and 197 more") && told.chars().count() <= 300, "{told}");
    }

    #[test]
    fn no_name_is_taken_for_words_of_ours() {
        assert_eq!(line("Acme\": nobody else", &["Eve\" and 7 more".to_owned()]), r#""Acme': nobody else": "Eve' and 7 more""#);
    }

    /// So many organizations from before, in each of which one other member is, or nobody.
    fn places(many: usize, others: &[String]) -> Vec<ReportLine> {
        (0..many).map(|at| ReportLine::of(ReportKind::FromBefore, &format!("Acme {at}"), others)).collect()
    }

    #[test]
    fn of_many_organizations_so_many_are_told_and_the_others_counted() {
        assert_eq!(in_mail(&[]), "");
        assert_eq!(lines(&places(TOLD, &[]), ReportKind::FromBefore).len(), TOLD);
        assert!(lines(&places(TOLD, &[]), ReportKind::Waits).is_empty());
        let mail = in_mail(&places(TOLD + 5, &[]));
        assert!(mail.contains("\n- \"Acme 0\": nobody else\n- \"Acme 1\": nobody else") && mail.ends_with("\n- and 5 more"), "{mail}");
    }

    #[test]
    fn organizations_with_others_in_them_are_told_first() {
        let all: Vec<ReportLine> = places(TOLD, &[]).into_iter().chain(places(2, &["Ada".to_owned()])).collect();
        let lines = lines(&all, ReportKind::FromBefore);
        assert_eq!(lines[..3], [r#""Acme 0": "Ada""#, r#""Acme 1": "Ada""#, r#""Acme 0": nobody else"#]);
        assert_eq!(lines.last().map(String::as_str), Some("and 2 more"));
    }

    #[test]
    fn what_the_account_founded_is_named_before_what_others_invited_it_into() {
        for matter in [ReportKind::Left, ReportKind::FromBefore, ReportKind::Joined] {
            let told = |name: &str| ReportLine { matter, line: name.to_owned(), shared: true, own: false };
            let mut all: Vec<ReportLine> = (0..TOLD).map(|at| told(&format!("Acme {at}"))).collect();
            all.push(ReportLine { shared: false, ..told("Home") }.of_own());
            let lines = lines(&all, matter);
            assert_eq!(lines[..2], ["Home", "Acme 0"]);
            assert!(lines.last().is_some_and(|last| last.starts_with("and 1 more")), "{lines:?}");
        }
    }

    #[test]
    fn a_place_that_was_not_looked_at_is_told_before_any_other_however_many_there_are() {
        let mut all = places(TOLD + 5, &["Ada".to_owned()]);
        all.push(ReportLine::left("Home"));
        let todo = "\"Home\" could not be looked at: take back open invitations there yourself, and leave it where it is none of yours";
        assert_eq!(lines(&all, ReportKind::Left), [todo]);
        let mail = in_mail(&all);
        assert!(mail.find(todo).is_some_and(|at| mail.find("Acme").is_some_and(|other| at < other)), "{mail}");
        let many: Vec<ReportLine> = (0..TOLD + 5).map(|at| ReportLine::left(&format!("Acme {at}"))).collect();
        assert_eq!(lines(&many, ReportKind::Left).last().map(String::as_str), Some("and 5 more could not be looked at"));
        let longest = ReportLine::left(&"y".repeat(200)).line;
        assert!(longest.ends_with("none of yours") && longest.chars().count() <= 300, "{longest}");
    }
}
