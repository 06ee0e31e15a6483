//! The sign-in page: plain HTML with nothing to load but its style. The server renders it by itself.

use leptos::prelude::*;

use crate::context::Appearance;

pub struct SignIn {
    pub stylesheet: String,
    pub appearance: Appearance,
    /// What was typed before.
    pub email: String,
    /// Where to go afterwards.
    pub next: String,
    pub error: Option<String>,
}

/// The whole document.
pub fn sign_in_page(page: SignIn) -> String {
    let SignIn { stylesheet, appearance, email, next, error } = page;
    let failed = error.is_some();
    let html = view! {
        <html lang="en" data-theme=appearance.theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <title>"Sign in · Vitrine"</title>
                <link rel="stylesheet" href=stylesheet />
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
            </head>
            <body>
                <main class="sign-in" id="main">
                    <form method="post" action="/sign-in">
                        <h1><img src="/favicon.svg" alt="" width="28" height="28" />"Sign in to Vitrine"</h1>
                        <input r#type="hidden" name="next" value=next />
                        <div class="field">
                            <div class="field-top"><label for="email">"Email"</label></div>
                            <input class="input" id="email" name="email" r#type="email" autocomplete="username" required value=email autofocus=!failed />
                        </div>
                        <div class="field">
                            <div class="field-top"><label for="password">"Password"</label></div>
                            <input
                                class="input"
                                id="password"
                                name="password"
                                r#type="password"
                                autocomplete="current-password"
                                required
                                autofocus=failed
                                aria-invalid=failed.then_some("true")
                                aria-describedby=failed.then_some("error")
                            />
                            {error.map(|error| view! { <p class="error" id="error" role="alert">{error}</p> })}
                        </div>
                        <button class="btn primary">"Sign in"</button>
                    </form>
                </main>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", html.to_html())
}
