//! The attributes that declare the operations of Stint: [`macro@operation`] turns a function into one, and [`macro@answer`] declares what a
//! card shows of what it answers.
//!
//! `#[operation(write, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Create a client")]` is put on an
//! `async fn` whose first parameter is `cx: &mut Call`. It makes the function a Leptos server function (reads by GET,
//! writes by POST, so that a link can never change anything), runs its body inside the pipeline of
//! `crate::operation`, and generates its declaration for the registry.
//!
//! The parameters are the fields of the operation's struct, `ListClients` for `list_clients`. Several operations share arguments by a
//! parameter with `#[flatten]`, whose fields stand beside the others in every channel. Where each argument may be left out, the struct
//! has a default: `ListClients { limit: Some(1), ..Default::default() }.call()`.

mod answer;

use heck::ToUpperCamelCase;
use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Ident, ItemFn, ItemStruct, Lit, LitInt, LitStr, Meta, Pat, Result, ReturnType, Token, Type,
    parse::{Nothing, Parse, ParseStream},
    parse_macro_input,
    punctuated::Punctuated,
};

/// Declares an operation: see the crate's documentation.
#[proc_macro_attribute]
pub fn operation(declared: TokenStream, function: TokenStream) -> TokenStream {
    let declared = parse_macro_input!(declared as OperationAttribute);
    let function = parse_macro_input!(function as ItemFn);
    expand(declared, function).unwrap_or_else(Error::into_compile_error).into()
}

/// Declares what a card shows of each field of an answer, by `#[label("…")]` or `#[hidden]` at the field.
#[proc_macro_attribute]
pub fn answer(declared: TokenStream, structure: TokenStream) -> TokenStream {
    parse_macro_input!(declared as Nothing);
    let structure = parse_macro_input!(structure as ItemStruct);
    answer::expand(structure).unwrap_or_else(Error::into_compile_error).into()
}

/// The arguments of the attribute.
struct OperationAttribute {
    effect: Ident,
    idempotent: bool,
    secret: bool,
    renders_document: bool,
    mails: bool,
    destructive: bool,
    everyday: bool,
    needs: Ident,
    scope: Option<Ident>,
    audience: Ident,
    agent: Ident,
    title: LitStr,
}

impl Parse for OperationAttribute {
    fn parse(input: ParseStream) -> Result<Self> {
        let span = input.span();
        let (mut effect, mut idempotent, mut secret, mut renders_document) = (None, false, false, false);
        let (mut mails, mut destructive, mut everyday) = (false, false, false);
        let (mut needs, mut scope, mut audience, mut agent, mut title) = (None, None, None, None, None);
        for meta in Punctuated::<Meta, Token![,]>::parse_terminated(input)? {
            match meta {
                Meta::Path(path) if path.is_ident("idempotent") => idempotent = true,
                Meta::Path(path) if path.is_ident("secret") => secret = true,
                Meta::Path(path) if path.is_ident("renders_document") => renders_document = true,
                Meta::Path(path) if path.is_ident("mails") => mails = true,
                Meta::Path(path) if path.is_ident("destructive") => destructive = true,
                Meta::Path(path) if path.is_ident("everyday") => everyday = true,
                Meta::Path(path) => effect = Some(effect_named(path.require_ident()?)?),
                Meta::NameValue(pair) if pair.path.is_ident("title") => title = Some(text(&pair.value)?),
                Meta::NameValue(pair) => {
                    let value: Ident = syn::parse2(quote::ToTokens::into_token_stream(&pair.value))?;
                    match pair.path.require_ident()?.to_string().as_str() {
                        "needs" => needs = Some(value),
                        "scope" => scope = Some(value),
                        "audience" => audience = Some(value),
                        "agent" => agent = Some(value),
                        _ => return Err(Error::new_spanned(pair.path, "not something an operation declares")),
                    }
                }
                Meta::List(list) => return Err(Error::new_spanned(list, "not something an operation declares")),
            }
        }
        let missing = |what: &str| Error::new(span, format!("an operation declares its {what}"));
        let audience = audience.unwrap_or_else(|| format_ident!("Everyone"));
        if scope.is_none() && audience != "Person" && needs.as_ref().is_some_and(|needs| needs != "SignedIn") {
            return Err(missing("scope (None when each kind of record asks for its own), or that it needs a person (audience = Person)"));
        }
        Ok(Self {
            effect: effect.ok_or_else(|| missing("effect: read, write or destroy"))?,
            idempotent,
            secret,
            renders_document,
            mails,
            destructive,
            everyday,
            needs: needs.ok_or_else(|| missing("permission: needs = …"))?,
            scope,
            agent: agent.unwrap_or_else(|| format_ident!("Direct")),
            audience,
            title: title.ok_or_else(|| missing("title"))?,
        })
    }
}

fn effect_named(word: &Ident) -> Result<Ident> {
    match word.to_string().as_str() {
        "read" => Ok(format_ident!("Read")),
        "write" => Ok(format_ident!("Write")),
        "destroy" => Ok(format_ident!("Destroy")),
        _ => Err(Error::new_spanned(word, "the effect is read, write or destroy")),
    }
}

fn text(value: &Expr) -> Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
        other => Err(Error::new_spanned(other, "expected text")),
    }
}

fn expand(declared: OperationAttribute, function: ItemFn) -> Result<Tokens> {
    let name = &function.sig.ident;
    let structure = format_ident!("{}", name.to_string().to_upper_camel_case());
    let endpoint = name.to_string();
    let Arguments { declared: arguments, names, mut bounds, all_optional } = arguments(&function)?;
    let (output, error) = output(&function)?;
    let docs: Vec<_> = function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).collect();
    let others: Vec<_> = function.attrs.iter().filter(|attribute| !attribute.path().is_ident("doc")).collect();
    let doc = doc_text(&function)?;
    let body = &function.block;
    let visibility = &function.vis;
    let declaration = declaration(&declared, &endpoint, &doc);

    let reads = declared.effect == "Read";
    let method = if reads { quote!(::server_fn::codec::GetUrl) } else { quote!(::server_fn::codec::PostUrl) };
    let (common, common_names, answer, run) = if reads {
        (quote!(), quote!(), quote!(#output), quote!(read))
    } else {
        (
            quote! {
                /// Repeats are done once.
                #[server(default)] idempotency_key: Option<String>,
                /// Show what would change.
                #[server(default)] dry_run: Option<bool>,
            },
            quote!(idempotency_key, dry_run,),
            quote!(crate::operation::WriteResponse<#output>),
            quote!(write),
        )
    };
    if !reads {
        bounds.push(quote!(crate::operation::Bound::OF_IDEMPOTENCY_KEY));
    }
    let server = |derives: Tokens| quote!(::leptos::server(name = #structure, prefix = "/call", endpoint = #endpoint, protocol = crate::operation::wire::Urlencoded<#method>, input_derive = (#derives)));
    let default = all_optional.then(|| quote!(Default,));
    let on_server = server(quote!(Clone, #default ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema));
    let in_browser = server(quote!(Clone, #default ::serde::Serialize, ::serde::Deserialize));

    Ok(quote! {
        #(#docs)*
        #(#others)*
        #[cfg_attr(feature = "ssr", #on_server)]
        #[cfg_attr(not(feature = "ssr"), #in_browser)]
        #[allow(clippy::too_many_arguments, reason = "an operation takes its arguments flat, as every channel sends them")]
        #visibility async fn #name(#(#arguments,)* #common) -> ::core::result::Result<#answer, #error> {
            let caller = crate::context::Caller::current()?;
            <#structure as crate::operation::OperationFn>::perform(#structure { #(#names,)* #common_names }, caller).await
        }

        impl #structure {
            /// Calls the operation with these arguments.
            #[cfg(feature = "ssr")]
            #visibility async fn call(self) -> ::core::result::Result<#answer, #error> {
                let #structure { #(#names,)* #common_names } = self;
                #name(#(#names,)* #common_names).await
            }

            /// Calls the operation with these arguments.
            #[cfg(not(feature = "ssr"))]
            #visibility fn call(self) -> impl ::core::future::Future<Output = ::core::result::Result<#answer, #error>> + Send {
                ::server_fn::ServerFn::run_on_client(self)
            }
        }

        #[cfg(feature = "ssr")]
        impl crate::operation::OperationFn for #structure {
            const DECLARATION: crate::operation::Declaration = #declaration;
            const BOUNDS: &'static [crate::operation::Bound] = &[#(#bounds),*];
            type Answer = #answer;

            fn perform(self, caller: crate::context::Caller) -> crate::context::BoxFuture<'static, ::core::result::Result<#answer, #error>> {
                ::std::boxed::Box::pin(async move {
                    let given = crate::operation::arguments_json(&self)?;
                    let #structure { #(#names,)* .. } = self;
                    crate::operation::#run(&Self::DECLARATION, caller, given, move |cx| ::std::boxed::Box::pin(async move #body)).await
                })
            }
        }
    })
}

/// Generates the `Declaration` of the operation.
fn declaration(declared: &OperationAttribute, name: &str, doc: &str) -> Tokens {
    let OperationAttribute {
        effect,
        idempotent,
        secret,
        renders_document,
        mails,
        destructive,
        everyday,
        needs,
        scope,
        audience,
        agent,
        title,
    } = declared;
    let scope = match scope.as_ref().filter(|scope| *scope != "None") {
        Some(scope) => quote!(Some(crate::access::Scope::#scope)),
        None => quote!(None),
    };
    quote! {
        crate::operation::Declaration {
            name: #name,
            title: #title,
            doc: #doc,
            effect: crate::operation::Effect::#effect,
            limit: crate::operation::Effect::#effect.limit(),
            idempotent: #idempotent,
            secret: #secret,
            renders_document: #renders_document,
            mails: #mails,
            destructive: #destructive,
            everyday: #everyday,
            needs: crate::access::Permission::#needs,
            scope: #scope,
            audience: crate::operation::Audience::#audience,
            agent: crate::operation::AgentMode::#agent,
        }
    }
}

/// The parameters after `cx`.
struct Arguments {
    /// The parameters without the attributes that only this macro reads.
    declared: Vec<FnArg>,
    /// Their names.
    names: Vec<Ident>,
    /// The bounds from `#[max_length(…)]` and `#[max_items(…)]`.
    bounds: Vec<Tokens>,
    /// Whether each may be left out, so that the operation's struct has a default.
    all_optional: bool,
}

/// Reads the parameters after `cx`.
fn arguments(function: &ItemFn) -> Result<Arguments> {
    let mut inputs = function.sig.inputs.iter();
    match inputs.next() {
        Some(FnArg::Typed(first)) if matches!(&*first.pat, Pat::Ident(name) if name.ident == "cx") => {}
        _ => return Err(Error::new_spanned(&function.sig, "the first parameter of an operation is `cx: &mut Call`")),
    }
    let mut read = Arguments { declared: Vec::new(), names: Vec::new(), bounds: Vec::new(), all_optional: true };
    for argument in inputs {
        let FnArg::Typed(typed) = argument else { return Err(Error::new_spanned(argument, "an operation is a plain function")) };
        let Pat::Ident(name) = &*typed.pat else { return Err(Error::new_spanned(&typed.pat, "an argument has a name")) };
        let mut typed = typed.clone();
        for attribute in &typed.attrs {
            read.bounds.extend(bound(&name.ident, attribute)?);
        }
        typed.attrs.retain(|attribute| bound_keyword(attribute).is_none());
        if let Some(at) = typed.attrs.iter().position(|attribute| attribute.path().is_ident("flatten")) {
            typed.attrs[at] = syn::parse_quote!(#[server(flatten)]);
            typed.attrs.push(syn::parse_quote!(#[doc = "Arguments that several operations share."]));
        }
        read.all_optional &= typed.attrs.iter().any(|attribute| attribute.path().is_ident("server"));
        read.names.push(name.ident.clone());
        read.declared.push(FnArg::Typed(typed));
    }
    Ok(read)
}

/// The keyword of JSON Schema that an attribute of an argument stands for.
fn bound_keyword(attribute: &Attribute) -> Option<&'static str> {
    [("max_length", "maxLength"), ("max_items", "maxItems"), ("max", "maximum")]
        .into_iter()
        .find_map(|(name, keyword)| attribute.path().is_ident(name).then_some(keyword))
}

/// Generates the `Bound` for `#[max_length(4_000)]` on an argument.
fn bound(argument: &Ident, attribute: &Attribute) -> Result<Option<Tokens>> {
    let Some(keyword) = bound_keyword(attribute) else { return Ok(None) };
    let (argument, most): (String, LitInt) = (argument.to_string(), attribute.parse_args()?);
    Ok(Some(quote!(crate::operation::Bound { argument: #argument, keyword: #keyword, most: #most })))
}

/// The two types of `Result<T, Error>`.
fn output(function: &ItemFn) -> Result<(&Type, &Type)> {
    if let ReturnType::Type(_, answer) = &function.sig.output
        && let Type::Path(path) = &**answer
        && let Some(last) = path.path.segments.last()
        && let syn::PathArguments::AngleBracketed(generics) = &last.arguments
        && let (Some(syn::GenericArgument::Type(output)), Some(syn::GenericArgument::Type(error))) =
            (generics.args.first(), generics.args.last())
    {
        return Ok((output, error));
    }
    Err(Error::new_spanned(&function.sig, "an operation answers Result<T, Error>"))
}

/// The doc comment as plain text, for people and models.
fn doc_text(function: &ItemFn) -> Result<String> {
    let mut lines = Vec::new();
    for attribute in function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta {
            let line = text(&pair.value)?.value();
            lines.push(line.strip_prefix(' ').unwrap_or(&line).to_owned());
        }
    }
    if lines.is_empty() {
        return Err(Error::new_spanned(&function.sig, "an operation has a doc comment: it is what a model is told"));
    }
    Ok(lines.join("\n").trim().to_owned())
}
