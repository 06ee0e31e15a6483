mod theme;

use domain::role::Permission;
use leptos::prelude::*;
use ports::{
    error::AppError,
    people::{MemberView, StoreView},
};

use self::theme::ThemeSwitch;
use super::api::list_members;
use crate::{
    codec::Loaded,
    frame::use_me,
    ui::{
        at_once::{at_once, changing},
        mark::data_ready,
        notice::{Way, here},
        title::title,
        values::capital,
    },
};

type Answer = Result<Vec<MemberView>, AppError>;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    title(|| "Settings".to_owned());
    let (store, server) = use_me().map(|me| (store_view(me.store), me.role.may(Permission::Manage).then(server_view))).unzip();
    at_once(view! {
        <div class="page settings">
            <header class="page-head"><h1>"Settings"</h1></header>
            <section class="part" aria-labelledby="store-h">
                <div><h2 id="store-h">"Store"</h2><p class="muted">"Prices are shown in its currency."</p></div>
                {store}
            </section>
            <section class="part" aria-labelledby="words-h">
                <div><h2 id="words-h">"Words"</h2><p class="muted">"How product texts are written, and by whom."</p></div>
                <ul class="stack">
                    <li><a class="link" href="/settings/brief">"Brief"</a><span class="muted">": voice, language, lengths, phrases, templates"</span></li>
                    <li><a class="link" href="/settings/providers">"Providers"</a><span class="muted">": who writes, keys and prices"</span></li>
                </ul>
            </section>
            <section class="part" aria-labelledby="programs-h">
                <div><h2 id="programs-h">"Programs"</h2><p class="muted">"What asks without a person at the screen."</p></div>
                <ul class="stack">
                    <li><a class="link" href="/settings/tokens">"API tokens"</a><span class="muted">": what programs sign in with"</span></li>
                    <li><a class="link" href="/settings/webhooks">"Webhooks"</a><span class="muted">": which programs are told of changes"</span></li>
                </ul>
            </section>
            {server}
            <section class="part" aria-labelledby="members-h">
                <div>
                    <h2 id="members-h">"Members"</h2>
                    <p class="muted">"Viewers read, reviewers decide, editors change, owners do all of it."</p>
                </div>
                <Members />
            </section>
            <section class="part" aria-labelledby="look-h">
                <div><h2 id="look-h">"Look"</h2><p class="muted">"Kept on this device."</p></div>
                <div class="stack"><ThemeSwitch /></div>
            </section>
        </div>
    })
}

#[component]
fn Members() -> impl IntoView {
    let (may, email) = use_me().map_or_else(Default::default, |me| (me.role.may(Permission::Manage), me.email));
    if !may {
        data_ready();
        return at_once(view! { <p class="muted">"Owners of the store see who belongs to it."</p> });
    }
    let loaded: Loaded<Answer> = Loaded::new_with_options(|| (), |()| list_members(), true);
    let list = changing(move || {
        let Some(answer) = loaded.get() else { return ().into_any() };
        match answer {
            Ok(members) => {
                data_ready();
                at_once(view! { <ul>{members.into_iter().map(|member| member_view(member, &email)).collect_view()}</ul> })
            }
            Err(error) => {
                let again = Way::again(here(), Some(Callback::new(move |()| loaded.refetch())));
                at_once(view! { <div class="line"><p class="error" role="alert">{error.to_string()}</p>{again.view()}</div> })
            }
        }
    });
    at_once(view! {
        <div>
            <Transition>{list}</Transition>
            <p class="hint">"To add someone, run "<code>"vitrine user add"</code>" where the server runs."</p>
        </div>
    })
}

fn store_view(store: StoreView) -> impl IntoView {
    view! {
        <dl class="facts">
            <div><dt>"Name"</dt><dd>{store.name}</dd></div>
            <div><dt>"Short name"</dt><dd><code>{store.slug}</code></dd></div>
            <div><dt>"Currency"</dt><dd>{store.currency.code().to_owned()}</dd></div>
        </dl>
    }
}

/// For owners: whether this one may look is for the page to say.
fn server_view() -> impl IntoView {
    view! {
        <section class="part" aria-labelledby="server-h">
            <div><h2 id="server-h">"Server"</h2><p class="muted">"For whoever runs it."</p></div>
            <ul class="stack">
                <li><a class="link" href="/performance">"Performance"</a><span class="muted">": how fast Vitrine is, and how full the server"</span></li>
            </ul>
        </section>
    }
}

fn member_view(member: MemberView, me: &str) -> impl IntoView + use<> {
    let initials: String = member.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    let you = (member.email == me).then_some(" (you)");
    view! {
        <li class="member">
            <span class="face" aria-hidden="true">{initials}</span>
            <div class="cut"><b>{member.name}</b>{you}<br /><span class="muted small">{member.email}</span></div>
            <span>{capital(member.role.name())}</span>
        </li>
    }
}
