//! A picture as it is sent.

use domain::{
    field::{Field, ImageField, Value},
    ids::ImageId,
    op::{Base, Edit},
    product::Image,
};
use ports::product::{ImageView, ProductView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::parts::{kept, last, moved, position};
use crate::{
    merge_patch::Member,
    problem::{Kind, Problem},
};

/// A picture to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProductImage {
    /// Where it is on the web.
    #[schema(example = "https://shop.example/lamp.jpg", min_length = 1, max_length = 2_048)]
    url: String,
    /// What it shows, for whoever cannot see it.
    #[schema(value_type = Option<String>, max_length = 512)]
    #[serde(default)]
    alt: Member<String>,
    /// Where it stands among the pictures, from 1: the others make room. Without it, behind them.
    #[schema(value_type = i64, required = false, minimum = 1)]
    #[serde(default)]
    position: Member<i64>,
}

/// A JSON merge patch (RFC 7396): what is not in it stays, and `null` takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImagePatch {
    /// Where it is on the web.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2_048)]
    #[serde(default)]
    url: Member<String>,
    /// What it shows, for whoever cannot see it.
    #[schema(value_type = Option<String>, max_length = 512)]
    #[serde(default)]
    alt: Member<String>,
    /// Where it is to stand among the pictures, from 1: the others make room.
    #[schema(value_type = i64, required = false, minimum = 1)]
    #[serde(default)]
    position: Member<i64>,
}

impl NewProductImage {
    /// The edits that add it to a product.
    pub(super) fn added(self, id: ImageId, product: &ProductView, base: Base) -> Result<Vec<Edit>, Problem> {
        let now: Vec<(ImageId, i64)> = product.images.iter().map(numbered).collect();
        let mut others = position(self.position)?.map(|position| moved(&now, id, position)).unwrap_or_default();
        let own = others.iter().position(|(other, _)| *other == id).map(|at| others.remove(at).1);
        let number = own.unwrap_or_else(|| last(now.iter().map(|(_, number)| *number)));
        let mut image = Image { id, position: number, url: String::new(), alt: String::new() };
        for (field, value) in [(ImageField::Url, self.url), (ImageField::Alt, self.alt.or_default().unwrap_or_default())] {
            let wrong =
                |reason: domain::product::InvalidValue| Problem::pointer(Kind::Unacceptable, format!("/{}", field.name()), reason.to_string());
            image.set(field, Value::Text(value)).map_err(wrong)?;
        }
        let whole = ImageField::ALL.iter().map(|field| (field.name().to_owned(), image.get(*field))).collect();
        let mut edits = vec![Edit { field: Field::Image(id), base, value: Value::Record(whole) }];
        edits.extend(others.into_iter().map(|(other, number)| numbering(other, number, base)));
        Ok(edits)
    }
}

impl ImagePatch {
    /// The edits that change one that is there.
    pub(super) fn changed(self, id: ImageId, product: &ProductView, base: Base) -> Result<Vec<Edit>, Problem> {
        let url = kept("url", self.url)?.map(|url| (ImageField::Url, url));
        let alt = self.alt.or_default().map(|alt| (ImageField::Alt, alt));
        let edit = |(field, text)| Edit { field: Field::ImageField(id, field), base, value: Value::Text(text) };
        let mut edits: Vec<Edit> = url.into_iter().chain(alt).map(edit).collect();
        if let Some(position) = position(self.position)? {
            let now: Vec<(ImageId, i64)> = product.images.iter().map(numbered).collect();
            edits.extend(moved(&now, id, position).into_iter().map(|(other, number)| numbering(other, number, base)));
        }
        Ok(edits)
    }
}

fn numbered(image: &ImageView) -> (ImageId, i64) {
    (image.id, image.position)
}

fn numbering(image: ImageId, number: i64, base: Base) -> Edit {
    Edit { field: Field::ImageField(image, ImageField::Position), base, value: Value::Number(number) }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::Seq};

    use super::{super::product_json::tests::view, *};
    use crate::body::from_json;

    const BASE: Base = Base::Seen(Seq(7));

    fn fresh() -> ImageId {
        ImageId::new(Timestamp::from_micros(1), [9; 10])
    }

    fn added(json: &str) -> Result<Vec<(Field, Value)>, Problem> {
        from_json::<NewProductImage>(json.as_bytes())?.added(fresh(), &view(), BASE).map(told)
    }

    fn changed(json: &str) -> Result<Vec<(Field, Value)>, Problem> {
        from_json::<ImagePatch>(json.as_bytes())?.changed(view().images[0].id, &view(), BASE).map(told)
    }

    fn told(edits: Vec<Edit>) -> Vec<(Field, Value)> {
        assert!(edits.iter().all(|edit| edit.base == BASE));
        edits.into_iter().map(|edit| (edit.field, edit.value)).collect()
    }

    fn whole(position: i64, url: &str, alt: &str) -> Value {
        let record = [("position", Value::Number(position)), ("url", Value::text(url)), ("alt", Value::text(alt))];
        Value::Record(record.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    #[test]
    fn a_picture_is_added_behind_the_others_or_at_its_place() {
        let first = Field::ImageField(view().images[0].id, ImageField::Position);

        assert_eq!(added(r#"{"url":"u","alt":null}"#).unwrap(), [(Field::Image(fresh()), whole(2, "u", ""))]);
        assert_eq!(added(r#"{"url":"u","alt":"A","position":1}"#).unwrap(), [(Field::Image(fresh()), whole(1, "u", "A")), (first, Value::Number(2))]);
    }

    #[test]
    fn a_patch_comes_to_the_edits_of_what_is_in_it() {
        let own = |field| Field::ImageField(view().images[0].id, field);

        assert_eq!(changed("{}").unwrap(), []);
        assert_eq!(
            changed(r#"{"url":"u","alt":null,"position":4}"#).unwrap(),
            [(own(ImageField::Url), Value::text("u")), (own(ImageField::Alt), Value::text(""))]
        );
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let told = |outcome: Result<Vec<(Field, Value)>, Problem>| {
            let problem = serde_json::to_value(outcome.unwrap_err()).unwrap();
            (problem["status"].as_u64().unwrap(), problem["errors"][0]["pointer"].as_str().unwrap().to_owned())
        };

        assert_eq!(told(added("{}")), (400, "/url".into()));
        assert_eq!(told(added(r#"{"url":""}"#)), (422, "/url".into()));
        assert_eq!(told(added(&format!(r#"{{"url":"u","alt":"{}"}}"#, "a".repeat(513)))), (422, "/alt".into()));
        assert_eq!(told(added(r#"{"url":"u","position":0}"#)), (422, "/position".into()));
        assert_eq!(told(changed(r#"{"url":null}"#)), (422, "/url".into()));
        assert_eq!(told(changed(r#"{"colour":1}"#)), (400, "/colour".into()));
    }
}
