//! What a fact is about, by the name it has in the record.

use domain::fold::fold;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What the product is.
    Item,
    /// What it is called.
    Model,
    Brand,
    Material,
    Feature,
    Size,
    Colour,
    /// A number in somebody's system.
    Code,
    Other,
}

const NAMES: &[(Role, &[&str])] = &[
    (Role::Item, &["item", "product", "product name", "artikel", "produkt", "article", "produit", "articulo", "producto", "articolo", "prodotto"]),
    (Role::Model, &["model", "modell", "name", "modele", "modelo", "modello", "collection", "series", "serie"]),
    (Role::Brand, &["brand", "vendor", "manufacturer", "maker", "marke", "hersteller", "marque", "marca", "merk", "publisher"]),
    (Role::Material, &["material", "materials", "fabric", "upper", "materiau", "matiere", "materiale", "materiaal", "stoff"]),
    (Role::Feature, &["feature", "features", "merkmal", "eigenschaft", "fit"]),
    (
        Role::Size,
        &["size", "sizes", "dimensions", "grosse", "masse", "abmessungen", "taille", "dimension", "talla", "tamano", "taglia", "maat", "tamanho"],
    ),
    (Role::Colour, &["colour", "color", "colours", "colors", "farbe", "farben", "couleur", "colore", "kleur", "cor"]),
    (
        Role::Code,
        &[
            "art no",
            "art nr",
            "artno",
            "artnr",
            "article no",
            "article number",
            "artikelnummer",
            "item no",
            "item number",
            "sku",
            "ean",
            "gtin",
            "upc",
            "barcode",
            "mpn",
            "asin",
            "part no",
            "part number",
            "model no",
            "model number",
            "ref",
            "reference",
            "id",
            "product id",
            "product code",
            "code",
            "isbn",
        ],
    ),
];

pub(crate) fn role(name: &str) -> Role {
    let folded = fold(name);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join(" ");
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map_or(Role::Other, |(role, _)| *role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_known_by_its_name() {
        assert_eq!(role("Art.No."), Role::Code);
        assert_eq!(role("Größe"), Role::Size);
        assert_eq!(role("COLOR"), Role::Colour);
        assert_eq!(role("Care"), Role::Other);
    }
}
