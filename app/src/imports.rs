//! Holds the direction of imports: a module imports only those that stand before it in [`ORDER`]. Decision 34 says why.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Attribute, Item, UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

/// The modules of the crate, the lowest first: what calls need, organizations and people, clients, projects, time, invoices, the
/// assistant, and at last the pages, which show all of them.
const ORDER: [&str; 44] = [
    "access",
    "error",
    "namesake",
    "summary",
    "limits",
    "database",
    "deployment",
    "page",
    "secrets",
    "quotas",
    "admission",
    "audit",
    "context",
    "operation",
    "platform",
    "page_context",
    "ui",
    "outbox",
    "rates",
    "security",
    "organizations",
    "verification",
    "account",
    "reference",
    "people",
    "clients",
    "notifications",
    "budgets",
    "projects",
    "project_budgets",
    "time",
    "repricing",
    "history",
    "audit_log",
    "invoices",
    "delivery",
    "assistant",
    "pages",
    "operations",
    "cleanup",
    "routes",
    "shell",
    "testing",
    "imports",
];

/// A use of one module by another.
#[derive(Debug, PartialEq)]
struct Import {
    from: String,
    to: String,
    line: usize,
}

/// Collects the paths of a file that begin at the root of the crate, without those of tests.
struct Imports {
    /// The module that is being read, from the root of the crate.
    module: Vec<String>,
    found: Vec<Import>,
    /// The modules that are declared for tests alone.
    of_tests: Vec<Vec<String>>,
}

impl Imports {
    fn of(source: &str, module: Vec<String>) -> Self {
        let mut imports = Self { module, found: Vec::new(), of_tests: Vec::new() };
        imports.visit_file(&syn::parse_file(source).expect("Rust"));
        imports
    }

    /// Notes a path, given as its segments.
    fn note(&mut self, segments: &[String], at: Span) {
        let mut absolute = match segments.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("super" | "self") => self.module.clone(),
            _ => return,
        };
        for segment in segments {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => _ = absolute.pop(),
                name => absolute.push(name.to_owned()),
            }
        }
        if let (Some(from), Some(to)) = (self.module.first(), absolute.first())
            && from != to
        {
            self.found.push(Import { from: from.clone(), to: to.clone(), line: at.start().line });
        }
    }

    fn note_tree(&mut self, before: &[String], tree: &UseTree) {
        let joined = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.note_tree(&joined(&path.ident), &path.tree),
            UseTree::Name(name) => self.note(&joined(&name.ident), name.span()),
            UseTree::Rename(name) => self.note(&joined(&name.ident), name.span()),
            UseTree::Glob(glob) => self.note(before, glob.span()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_tree(before, tree)),
        }
    }

    /// Notes the paths in the arguments of a macro, which are tokens alone.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut at, mut joined) = (Vec::<String>::new(), Span::call_site(), false);
        for token in tokens {
            match token {
                TokenTree::Punct(sign) if sign.as_char() == ':' => joined = true,
                TokenTree::Ident(name) => {
                    if !joined {
                        self.note(&std::mem::take(&mut path), at);
                        at = name.span();
                    }
                    path.push(name.to_string());
                    joined = false;
                }
                other => {
                    self.note(&std::mem::take(&mut path), at);
                    joined = false;
                    if let TokenTree::Group(group) = other {
                        self.note_tokens(group.stream());
                    }
                }
            }
        }
        self.note(&path, at);
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[Attribute] = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            _ => &[],
        };
        match item {
            Item::Mod(module) if attributes.iter().any(is_of_tests) => {
                self.of_tests.push([self.module.as_slice(), &[module.ident.to_string()]].concat());
            }
            _ if attributes.iter().any(is_of_tests) => {}
            Item::Mod(module) => {
                self.module.push(module.ident.to_string());
                visit::visit_item(self, item);
                self.module.pop();
            }
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_tree(&[], &item.tree);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !item.attrs.iter().any(is_of_tests) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if !call.attrs.iter().any(is_of_tests) {
            visit::visit_expr_call(self, call);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(&segments, path.span());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.note_tokens(call.tokens.clone());
    }
}

/// Whether an attribute leaves its item out unless tests are built.
fn is_of_tests(attribute: &Attribute) -> bool {
    let Ok(list) = attribute.meta.require_list() else { return attribute.path().is_ident("test") };
    let condition = list.tokens.to_string();
    let words = || condition.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    attribute.path().is_ident("cfg") && words().any(|word| word == "test") && words().all(|word| word != "not" && word != "any")
}

/// The Rust files in a folder and its folders.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect();
    files.sort();
    files
}

/// The module in a file, from the root of the crate.
fn module_of(file: &Path) -> Vec<String> {
    let mut names: Vec<String> = file.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.pop_if(|name| name == "mod" || name == "lib");
    names
}

#[test]
fn a_module_imports_only_those_that_stand_before_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read: Vec<(PathBuf, Imports)> = files(&source)
        .into_iter()
        .map(|path| {
            let file = path.strip_prefix(&source).expect("a path in the folder").to_owned();
            let imports = Imports::of(&fs::read_to_string(path).expect("text"), module_of(&file));
            (file, imports)
        })
        .collect();
    let of_tests: HashSet<&[String]> = read.iter().flat_map(|(_, imports)| &imports.of_tests).map(Vec::as_slice).collect();
    let rank = |module: &str| {
        ORDER
            .iter()
            .position(|known| *known == module)
            .ok_or_else(|| format!("{module} stands nowhere in ORDER: put it above what it imports"))
    };
    let mut wrong = Vec::new();
    for (file, imports) in &read {
        let module = module_of(file);
        if (1..=module.len()).any(|length| of_tests.contains(&module[..length])) {
            continue;
        }
        for Import { from, to, line } in &imports.found {
            // A name of the root of the crate that is no module is none of this rule.
            let is_module = read.iter().any(|(file, _)| module_of(file).first() == Some(to));
            match (rank(from), rank(to)) {
                (Ok(from_rank), Ok(to_rank)) if to_rank > from_rank => wrong.push(format!(
                    "src/{}:{line}: {from} imports {to}, which stands above it. Move what is shared below both, or the caller above both.",
                    file.display()
                )),
                (Err(unknown), _) => wrong.push(unknown),
                (_, Err(unknown)) if is_module => wrong.push(unknown),
                _ => {}
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_read_in_every_form() {
    let source = r#"
        //! crate::of_a_comment
        use crate::{a::{self, b::{C, d as e}}, f::*};
        pub use super::g::h;
        fn one(of: crate::i::J) -> String {
            let text = "crate::of_a_text";
            format!("{} {text}", crate::k::l(of))
        }
        mod inner {
            use super::super::m;
            use super::n;
        }
        #[cfg(test)]
        use crate::o;
        #[cfg(all(test, feature = "ssr"))]
        mod tests {
            use crate::p;
        }
        #[cfg(not(test))]
        use crate::q;
        fn two() {
            #[cfg(test)]
            crate::r::s();
        }
    "#;
    let imports = Imports::of(source, vec!["x".to_owned()]);
    let found: Vec<&str> = imports.found.iter().map(|import| import.to.as_str()).collect();
    assert_eq!(found, ["a", "a", "a", "f", "g", "i", "k", "m", "q"]);
    assert_eq!(imports.found.last(), Some(&Import { from: "x".to_owned(), to: "q".to_owned(), line: 20 }));
    assert_eq!(imports.of_tests, [["x", "tests"]]);
}
