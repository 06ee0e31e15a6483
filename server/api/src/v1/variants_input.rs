//! A variant as it is sent.

use domain::{
    field::{Field, Value, VariantField},
    ids::VariantId,
    money::Currency,
    op::{Base, Edit},
    product::{InventoryPolicy, Variant},
};
use ports::product::{ProductView, VariantView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    parts::{kept, last, moved, position},
    words,
};
use crate::{
    format,
    merge_patch::Member,
    problem::{Kind, Problem},
};

/// A variant as it is sent, as a merge patch (RFC 7396). What is not in it stays; in a new variant it is what a variant has without it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantFields {
    /// One value for each of the product's options.
    #[schema(value_type = Option<Vec<String>>, max_items = 3)]
    #[serde(default)]
    options: Member<Vec<String>>,
    #[schema(value_type = Option<String>, max_length = 512, example = "OAK-1")]
    #[serde(default)]
    sku: Member<String>,
    #[schema(value_type = Option<String>, max_length = 512)]
    #[serde(default)]
    barcode: Member<String>,
    /// A decimal number in the store's currency.
    #[schema(value_type = Option<String>, example = "19.90")]
    #[serde(default)]
    price: Member<String>,
    /// What it cost before, a decimal number.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    compare_at_price: Member<String>,
    /// What the merchant pays, a decimal number.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    cost: Member<String>,
    /// True in a new variant.
    #[schema(value_type = bool, required = false)]
    #[serde(default)]
    taxable: Member<bool>,
    #[schema(value_type = Option<i64>)]
    #[serde(default)]
    inventory_quantity: Member<i64>,
    /// `deny` in a new variant.
    #[schema(schema_with = words::inventory_policy, required = false)]
    #[serde(default)]
    inventory_policy: Member<InventoryPolicy>,
    /// True in a new variant.
    #[schema(value_type = bool, required = false)]
    #[serde(default)]
    requires_shipping: Member<bool>,
    #[schema(value_type = Option<i64>)]
    #[serde(default)]
    weight_grams: Member<i64>,
    /// The address of its picture.
    #[schema(value_type = Option<String>, max_length = 2_048)]
    #[serde(default)]
    image: Member<String>,
    /// Where it stands among the variants, from 1: the others make room. A new one stands behind them without it.
    #[schema(value_type = i64, required = false, minimum = 1)]
    #[serde(default)]
    position: Member<i64>,
}

/// What was sent, and where the variant is to stand.
type Sent = (Vec<(VariantField, Value)>, Option<i64>);

impl VariantFields {
    /// The edits that add it to a product.
    pub(super) fn added(self, id: VariantId, product: &ProductView, base: Base) -> Result<Vec<Edit>, Problem> {
        let now: Vec<(VariantId, i64)> = product.variants.iter().map(numbered).collect();
        let (values, wanted) = self.values(product.currency)?;
        let mut others = wanted.map(|position| moved(&now, id, position)).unwrap_or_default();
        let own = others.iter().position(|(other, _)| *other == id).map(|at| others.remove(at).1);
        let mut variant = Variant::new(id, own.unwrap_or_else(|| last(now.iter().map(|(_, number)| *number))));
        for (field, value) in values {
            let wrong =
                |reason: domain::product::InvalidValue| Problem::pointer(Kind::Unacceptable, format!("/{}", field.name()), reason.to_string());
            variant.set(field, value).map_err(wrong)?;
        }
        let whole = VariantField::ALL.iter().map(|field| (field.name().to_owned(), variant.get(*field))).collect();
        let mut edits = vec![Edit { field: Field::Variant(id), base, value: Value::Record(whole) }];
        edits.extend(others.into_iter().map(|(other, number)| numbering(other, number, base)));
        Ok(edits)
    }

    /// The edits that change one that is there.
    pub(super) fn changed(self, id: VariantId, product: &ProductView, base: Base) -> Result<Vec<Edit>, Problem> {
        let (values, wanted) = self.values(product.currency)?;
        let mut edits: Vec<Edit> = values.into_iter().map(|(field, value)| Edit { field: Field::VariantField(id, field), base, value }).collect();
        if let Some(position) = wanted {
            let now: Vec<(VariantId, i64)> = product.variants.iter().map(numbered).collect();
            edits.extend(moved(&now, id, position).into_iter().map(|(other, number)| numbering(other, number, base)));
        }
        Ok(edits)
    }

    fn values(self, currency: Currency) -> Result<Sent, Problem> {
        let money = |name: &str, member: Member<String>| -> Result<Option<Value>, Problem> {
            let wrong = |reason| Problem::pointer(Kind::Unacceptable, format!("/{name}"), format!("{reason}"));
            Ok(match member {
                Member::Absent => None,
                Member::Null => Some(Value::None),
                Member::Is(text) => Some(Value::Number(format::read_money(&text, currency).map_err(wrong)?.0)),
            })
        };
        let text = |member: Member<String>| member.or_default().map(Value::Text);
        let number = |member: Member<i64>| match member {
            Member::Absent => None,
            Member::Null => Some(Value::None),
            Member::Is(number) => Some(Value::Number(number)),
        };
        let all = [
            (VariantField::Options, self.options.or_default().map(Value::List)),
            (VariantField::Sku, text(self.sku)),
            (VariantField::Barcode, text(self.barcode)),
            (VariantField::Price, money("price", self.price)?),
            (VariantField::CompareAtPrice, money("compare_at_price", self.compare_at_price)?),
            (VariantField::Cost, money("cost", self.cost)?),
            (VariantField::Taxable, kept("taxable", self.taxable)?.map(Value::Flag)),
            (VariantField::InventoryQuantity, number(self.inventory_quantity)),
            (VariantField::InventoryPolicy, kept("inventory_policy", self.inventory_policy)?.map(|policy| Value::text(policy.name()))),
            (VariantField::RequiresShipping, kept("requires_shipping", self.requires_shipping)?.map(Value::Flag)),
            (VariantField::WeightGrams, number(self.weight_grams)),
            (VariantField::Image, text(self.image)),
        ];
        let values = all.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        Ok((values, position(self.position)?))
    }
}

fn numbered(variant: &VariantView) -> (VariantId, i64) {
    (variant.id, variant.position)
}

fn numbering(variant: VariantId, number: i64, base: Base) -> Edit {
    Edit { field: Field::VariantField(variant, VariantField::Position), base, value: Value::Number(number) }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::Seq};

    use super::{super::product_json::tests::view, *};
    use crate::body::from_json;

    const BASE: Base = Base::Seen(Seq(7));

    fn fresh() -> VariantId {
        VariantId::new(Timestamp::from_micros(1), [9; 10])
    }

    fn added(json: &str) -> Result<Vec<(Field, Value)>, Problem> {
        from_json::<VariantFields>(json.as_bytes())?.added(fresh(), &view(), BASE).map(told)
    }

    /// Of the second variant of two.
    fn changed(json: &str) -> Result<Vec<(Field, Value)>, Problem> {
        from_json::<VariantFields>(json.as_bytes())?.changed(view().variants[1].id, &view(), BASE).map(told)
    }

    fn told(edits: Vec<Edit>) -> Vec<(Field, Value)> {
        assert!(edits.iter().all(|edit| edit.base == BASE));
        edits.into_iter().map(|edit| (edit.field, edit.value)).collect()
    }

    fn record(value: &Value, name: &str) -> Value {
        let Value::Record(record) = value else { panic!("{value:?}") };
        record[name].clone()
    }

    #[test]
    fn a_bare_variant_comes_last_and_has_what_any_has() {
        let edits = added("{}").unwrap();

        let [(Field::Variant(id), value)] = &edits[..] else { panic!("{edits:?}") };
        assert_eq!((*id, record(value, "position"), record(value, "taxable")), (fresh(), Value::Number(3), Value::Flag(true)));
        assert_eq!((record(value, "price"), record(value, "inventory_policy")), (Value::None, Value::text("deny")));
    }

    #[test]
    fn a_variant_is_added_at_its_place() {
        let edits = added(r#"{"price":"19.90","sku":"A","position":2,"barcode":null}"#).unwrap();

        let [(Field::Variant(_), value), other] = &edits[..] else { panic!("{edits:?}") };
        assert_eq!(
            (record(value, "position"), record(value, "price"), record(value, "sku")),
            (Value::Number(2), Value::Number(1_990), Value::text("A"))
        );
        assert_eq!(*other, (Field::VariantField(view().variants[1].id, VariantField::Position), Value::Number(3)));
    }

    #[test]
    fn a_patch_comes_to_the_edits_of_what_is_in_it() {
        let own = |field| Field::VariantField(view().variants[1].id, field);
        let patch =
            r#"{"price":null,"cost":"5","options":["S"],"inventory_quantity":-3,"weight_grams":null,"taxable":false,"inventory_policy":"continue"}"#;

        assert_eq!(changed("{}").unwrap(), []);
        assert_eq!(
            changed(patch).unwrap(),
            [
                (own(VariantField::Options), Value::List(vec!["S".into()])),
                (own(VariantField::Price), Value::None),
                (own(VariantField::Cost), Value::Number(500)),
                (own(VariantField::Taxable), Value::Flag(false)),
                (own(VariantField::InventoryQuantity), Value::Number(-3)),
                (own(VariantField::InventoryPolicy), Value::text("continue")),
                (own(VariantField::WeightGrams), Value::None),
            ]
        );
        assert_eq!(
            changed(r#"{"position":1}"#).unwrap(),
            [(own(VariantField::Position), Value::Number(1)), (Field::VariantField(view().variants[0].id, VariantField::Position), Value::Number(2)),]
        );
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (json, status, pointer) in [
            (r#"{"colour":"red"}"#, 400, "/colour"),
            (r#"{"id":"x"}"#, 400, "/id"),
            (r#"{"price":19.9}"#, 400, "/price"),
            (r#"{"inventory_policy":"never"}"#, 400, "/inventory_policy"),
            (r#"{"price":"19,90"}"#, 422, "/price"),
            (r#"{"taxable":null}"#, 422, "/taxable"),
            (r#"{"position":0}"#, 422, "/position"),
            (r#"{"position":null}"#, 422, "/position"),
        ] {
            for outcome in [added(json), changed(json)] {
                let problem = outcome.unwrap_err();
                let told = serde_json::to_string(&problem).unwrap();
                assert!(problem.status() == status && told.contains(&format!("\"pointer\":\"{pointer}\"")), "{json}: {told}");
            }
        }
        // What only the rules of the domain refuse is found before a new one is sent whole.
        let long = added(&format!(r#"{{"sku":"{}"}}"#, "s".repeat(513))).unwrap_err();
        assert!(serde_json::to_string(&long).unwrap().contains("\"pointer\":\"/sku\""));
    }
}
