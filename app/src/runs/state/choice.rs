//! What a run is to do, as it stands in an address and as the plain form sends it: the same pairs, read by the same code.

use domain::{
    handle::Handle,
    ids::ProviderId,
    money::Cost,
    product::Missing,
    query::{ListQuery, encode, pairs},
    words::part::Part,
};
use ports::runs::{RunSpec, Selection};

use crate::ui::address::address;

pub(crate) const PATH: &str = "/runs/new";

/// More products than these are chosen by a filter.
const MOST_PRODUCTS: usize = 10_000;

/// What somebody has chosen so far, whether or not it can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub(crate) selection: Selection,
    /// None until one is chosen; the first one then.
    pub(crate) provider: Option<ProviderId>,
    /// None until they are chosen; what the brief has then.
    pub(crate) parts: Option<Vec<Part>>,
    pub(crate) only_empty: bool,
    pub(crate) again: bool,
    /// As it is typed.
    pub(crate) cap: String,
    pub(crate) sample_first: bool,
}

/// Why a choice cannot be started yet: what to say beside the field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problems {
    pub(crate) parts: Option<&'static str>,
    pub(crate) cap: Option<String>,
    /// What has no field on the page.
    pub(crate) other: Option<&'static str>,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            selection: Selection::Matching(ListQuery::default()),
            provider: None,
            parts: None,
            only_empty: false,
            again: false,
            cap: String::new(),
            sample_first: true,
        }
    }
}

impl Choice {
    /// Reads an address or the body of a form. What is not understood is left out. A form says `form=1`: a box that it
    /// does not send is not ticked.
    pub fn read(address: &str) -> Self {
        let mut choice = Self::default();
        let (mut handles, mut parts, mut sample, mut form) = (None::<Vec<Handle>>, None::<Vec<Part>>, None, false);
        for (name, value) in pairs(address) {
            match name.as_str() {
                "handles" => handles.get_or_insert_default().extend(value.split(',').filter_map(|handle| handle.trim().parse().ok())),
                "parts" => {
                    let parts = parts.get_or_insert_default();
                    for part in value.split(',').filter_map(|part| Part::from_name(part.trim())) {
                        if !parts.contains(&part) {
                            parts.push(part);
                        }
                    }
                }
                "provider" => choice.provider = value.parse().ok(),
                "empty" => choice.only_empty = value == "1",
                "again" => choice.again = value == "1",
                "cap" => choice.cap = value.trim().chars().take(40).collect(),
                "sample" => sample = Some(value == "1"),
                "form" => form = true,
                _ => {}
            }
        }
        choice.selection = match handles {
            Some(handles) => Selection::Products(handles),
            None => Selection::Matching(ListQuery::from_address(address)),
        };
        choice.parts = parts.or_else(|| form.then(Vec::new));
        choice.sample_first = sample.unwrap_or(!form);
        choice
    }

    /// Behind the `?`, and as a form would send it.
    pub fn to_address(&self) -> String {
        let mut address = self.selected();
        for (name, value) in self.fields() {
            if !address.is_empty() {
                address.push('&');
            }
            address.push_str(name);
            address.push('=');
            encode(&value, &mut address);
        }
        address
    }

    /// Which products, alone.
    pub(crate) fn selected(&self) -> String {
        match &self.selection {
            Selection::Matching(query) => query.to_address(),
            Selection::Products(handles) => {
                let mut address = String::from("handles=");
                encode(&joined(handles), &mut address);
                address
            }
        }
    }

    /// What a form sends along so that the products stay the same.
    pub(crate) fn kept(&self) -> Vec<(String, String)> {
        match &self.selection {
            Selection::Products(handles) => vec![("handles".to_owned(), joined(handles))],
            Selection::Matching(query) => pairs(&query.to_address()).collect(),
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        fields.extend(self.provider.map(|provider| ("provider", provider.to_string())));
        if let Some(parts) = &self.parts {
            fields.push(("parts", parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(",")));
        }
        let mut tick = |name, is_set: bool| {
            if is_set {
                fields.push((name, "1".to_owned()));
            }
        };
        tick("empty", self.only_empty);
        tick("again", self.again);
        if !self.cap.is_empty() {
            fields.push(("cap", self.cap.clone()));
        }
        if !self.sample_first {
            fields.push(("sample", "0".to_owned()));
        }
        fields
    }

    /// What is wrong with it; none where it can be started.
    pub(crate) fn problems(&self) -> Option<Problems> {
        let parts = self.parts.as_ref().is_some_and(Vec::is_empty).then_some("Tick at least one thing to write.");
        let cap = self.typed_cap().err();
        let other = match &self.selection {
            Selection::Products(handles) if handles.is_empty() => Some("No product is chosen. Choose some in the list of products."),
            Selection::Products(handles) if handles.len() > MOST_PRODUCTS => {
                Some("These are more than 10,000 single products. Choose them by a filter instead.")
            }
            _ => None,
        };
        let problems = Problems { parts, cap, other };
        (problems != Problems::default()).then_some(problems)
    }

    /// Whether it can be started; the page of a new run says what is wrong with one that cannot.
    pub fn is_ready(&self) -> bool {
        self.problems().is_none()
    }

    /// What is to be done, with a provider and parts for what was left open.
    pub fn spec(&self, provider: ProviderId, parts: &[Part]) -> Result<RunSpec, String> {
        if let Some(Problems { parts, cap, other }) = self.problems() {
            return Err(cap.or(parts.or(other).map(str::to_owned)).unwrap_or_default());
        }
        Ok(RunSpec {
            selection: self.selection.clone(),
            provider: self.provider.unwrap_or(provider),
            parts: self.parts.clone().unwrap_or_else(|| parts.to_vec()),
            only_empty: self.only_empty,
            again: self.again,
            cap: self.typed_cap()?,
            sample_first: self.sample_first,
        })
    }

    fn typed_cap(&self) -> Result<Option<Cost>, String> {
        typed_cost(&self.cap)
    }
}

/// An amount as it is typed; none where nothing is.
pub(crate) fn typed_cost(text: &str) -> Result<Option<Cost>, String> {
    match text.trim() {
        "" => Ok(None),
        text => Cost::parse(text).map(Some).map_err(|invalid| invalid.to_string()),
    }
}

/// The address of a new run over a list.
pub(crate) fn over(query: &ListQuery, parts: &[Part]) -> String {
    // Over what is not there, only that is written: a picture that has a text keeps it.
    let only_empty = !query.missing.is_empty() && !query.missing.contains(&Missing::Short);
    let choice = Choice { selection: Selection::Matching(query.clone()), parts: Some(parts.to_vec()), only_empty, ..Choice::default() };
    address(PATH, &choice.to_address())
}

fn joined(handles: &[Handle]) -> String {
    handles.iter().map(Handle::as_str).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [Part; 2] = [Part::Title, Part::Description];

    #[test]
    fn a_bare_address_is_the_whole_catalogue_with_a_sample_first() {
        let choice = Choice::read("");

        assert_eq!(choice, Choice::default());
        assert_eq!(choice.to_address(), "");
        let spec = choice.spec(ProviderId::BUILT_IN, &PARTS).unwrap();
        assert!(spec.sample_first && spec.cap.is_none() && !spec.only_empty);
        assert_eq!((spec.provider, spec.parts.as_slice()), (ProviderId::BUILT_IN, PARTS.as_slice()));
    }

    #[test]
    fn a_list_of_products_leads_to_a_run_over_it() {
        let query = ListQuery { search: "oak & ash".into(), missing: vec![Missing::Description], ..ListQuery::default() };

        let address = over(&query, &PARTS);

        assert_eq!(address, "/runs/new?q=oak+%26+ash&missing=description&parts=title%2Cdescription&empty=1");
        let choice = Choice::read(address.split_once('?').unwrap().1);
        assert_eq!(choice.selection, Selection::Matching(query));
        assert_eq!(choice.parts.as_deref(), Some(PARTS.as_slice()));
        // A short description is there: it would be left as it is.
        let short = ListQuery { missing: vec![Missing::Short], ..ListQuery::default() };
        assert!(choice.only_empty && !over(&short, &PARTS).contains("empty"));
    }

    #[test]
    fn everything_chosen_survives_its_address() {
        let choice = Choice {
            selection: Selection::Products(["blue-lamp", "hocker-grün"].map(|handle| handle.parse().unwrap()).to_vec()),
            provider: Some(ProviderId::BUILT_IN),
            parts: Some(vec![Part::SeoTitle, Part::Alt]),
            only_empty: true,
            again: true,
            cap: "3,20".into(),
            sample_first: false,
        };

        assert!(choice.to_address().is_ascii());
        assert_eq!(Choice::read(&choice.to_address()), choice);
        assert_eq!(choice.spec(ProviderId::BUILT_IN, &[]).unwrap().cap, Some(Cost(3_200_000)));
    }

    #[test]
    fn a_box_that_a_form_does_not_send_is_not_ticked() {
        let sent = Choice::read("form=1&q=lamp&parts=title&parts=tags&sample=1&cap=+");
        let bare = Choice::read("form=1&q=lamp");

        assert_eq!((sent.parts.as_deref(), sent.sample_first, sent.cap.as_str()), (Some([Part::Title, Part::Tags].as_slice()), true, ""));
        assert_eq!((bare.parts.as_deref(), bare.sample_first), (Some([].as_slice()), false));
    }

    #[test]
    fn what_cannot_be_started_says_why() {
        let why = |address: &str| Choice::read(address).spec(ProviderId::BUILT_IN, &PARTS).unwrap_err();

        assert_eq!(why("form=1"), "Tick at least one thing to write.");
        assert_eq!(why("cap=cheap"), "This is not an amount. Write it like 19.90.");
        assert!(why("handles=").starts_with("No product is chosen."));
        let many = (0..=MOST_PRODUCTS).map(|number| format!("p{number}")).collect::<Vec<_>>().join(",");
        assert!(why(&format!("handles={many}")).starts_with("These are more than 10,000"));
    }

    #[test]
    fn nonsense_in_the_address_is_left_out() {
        let choice = Choice::read("handles=blue-lamp,,BAD HANDLE&parts=title,title,colour&provider=x&empty=yes");

        assert_eq!(choice.selection, Selection::Products(vec!["blue-lamp".parse().unwrap()]));
        assert_eq!(choice.parts.as_deref(), Some([Part::Title].as_slice()));
        assert!(choice.provider.is_none() && !choice.only_empty);
    }

    #[test]
    fn a_form_keeps_the_products() {
        let kept = |address: &str| Choice::read(address).kept();

        assert_eq!(kept("handles=a,b"), [("handles".to_owned(), "a,b".to_owned())]);
        assert_eq!(kept("q=a+b&missing=seo&cap=5"), [("q".to_owned(), "a b".to_owned()), ("missing".to_owned(), "seo".to_owned())]);
    }
}
