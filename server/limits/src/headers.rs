//! `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers-10 has them: lists of strings with parameters (RFC 9651).

use std::fmt::Write;

use http::{HeaderName, HeaderValue};

use crate::{gcra::Standing, shared::Policy};

pub const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What holds for a request: made once for a set of policies. Costs that differ are counted in points, which the draft lets a server
/// name as the unit.
pub fn policies(policies: &[&Policy]) -> Option<HeaderValue> {
    let mut text = String::new();
    for policy in policies {
        let (comma, unit) = (if text.is_empty() { "" } else { ", " }, if policy.weighted { ";qu=\"points\"" } else { "" });
        let _ = write!(text, "{comma}\"{}\";q={};w={}{unit}", policy.name, policy.quota.burst(), policy.quota.window());
    }
    HeaderValue::try_from(text).ok()
}

/// How somebody stands with the policy that is nearest to its end. When they have to wait, `t` is the moment of `Retry-After`.
pub fn standing(policy: &Policy, standing: Standing) -> Option<HeaderValue> {
    let mut text = String::with_capacity(48);
    let seconds = if standing.wait > 0 { standing.wait } else { standing.full_in };
    let _ = write!(text, "\"{}\";r={};t={seconds}", policy.name, standing.remaining);
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quota;

    const fn policy(name: &'static str, quota: Quota, weighted: bool) -> Policy {
        Policy { name, quota, weighted }
    }

    #[test]
    fn policies_are_a_list() {
        let (token, login) = (policy("token", Quota::new(600, 50.0), true), policy("login", Quota::new(60, 2.0), false));
        assert_eq!(policies(&[&token, &login]).unwrap(), r#""token";q=600;w=12;qu="points", "login";q=60;w=30"#);
    }

    #[test]
    fn what_is_left_is_told_and_when_the_rest_is_back() {
        let token = policy("token", Quota::new(600, 50.0), true);

        assert_eq!(standing(&token, Standing { remaining: 420, full_in: 4, wait: 0 }).unwrap(), r#""token";r=420;t=4"#);
        assert_eq!(standing(&token, Standing { remaining: 0, full_in: 12, wait: 1 }).unwrap(), r#""token";r=0;t=1"#);
    }
}
