//! Which fields of a product an answer has.

macro_rules! names {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// A field of a product, in the order they are written in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Name { $($name),* }

        impl Name {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

names! {
    Id = "id",
    Handle = "handle",
    Title = "title",
    Description = "description",
    Vendor = "vendor",
    ProductType = "product_type",
    Category = "category",
    Tags = "tags",
    Status = "status",
    Published = "published",
    GiftCard = "gift_card",
    SeoTitle = "seo_title",
    SeoDescription = "seo_description",
    OptionNames = "option_names",
    Variants = "variants",
    Images = "images",
    Extras = "extras",
    Optimisation = "optimisation",
    Price = "price",
    HighestPrice = "highest_price",
    Currency = "currency",
    VariantCount = "variant_count",
    ImageCount = "image_count",
    Thumbnail = "thumbnail",
    Version = "version",
    CreatedAt = "created_at",
    UpdatedAt = "updated_at",
}

/// Those that a list has to read the whole product for.
const WHOLE: Fields = Fields::of(&[
    Name::Description,
    Name::Category,
    Name::Published,
    Name::GiftCard,
    Name::SeoTitle,
    Name::SeoDescription,
    Name::OptionNames,
    Name::Variants,
    Name::Images,
    Name::Extras,
]);

/// A set of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Fields(u32);

impl Fields {
    /// What a list has when nothing is chosen.
    pub(crate) const LISTED: Self = Self(Self::of(Name::ALL).0 & !WHOLE.0);
    /// What one product has: all but when it was made, which only lists know.
    pub(crate) const ONE: Self = Self(Self::of(Name::ALL).0 & !Self::of(&[Name::CreatedAt]).0);

    const fn of(names: &[Name]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < names.len() {
            bits |= 1 << names[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    pub(crate) const fn has(self, name: Name) -> bool {
        self.0 & 1 << name as u32 != 0
    }

    pub(crate) const fn need_the_whole(self) -> bool {
        self.0 & WHOLE.0 != 0
    }

    /// Reads names with commas between them; the first that is not known is the error.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let name = |name: &str| Name::ALL.iter().copied().find(|known| known.text() == name).ok_or_else(|| name.to_owned());
        let mut fields = Self(0);
        for part in text.split(',') {
            fields.0 |= Self::of(&[name(part.trim())?]).0;
        }
        Ok(fields)
    }
}

/// All of them, for whoever named one that is not there.
pub(crate) fn known() -> String {
    Name::ALL.iter().map(|name| name.text()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_chosen_by_name() {
        let fields = Fields::parse("title, price").unwrap();

        assert!(fields.has(Name::Title) && fields.has(Name::Price) && !fields.has(Name::Id) && !fields.need_the_whole());
        assert!(Fields::parse("id,description").unwrap().need_the_whole());
    }

    #[test]
    fn a_name_that_is_not_known_is_told() {
        assert_eq!(Fields::parse("title,colour"), Err("colour".to_owned()));
        assert_eq!(Fields::parse(""), Err(String::new()));
    }

    #[test]
    fn a_list_has_by_itself_what_it_need_not_read_the_whole_product_for() {
        assert!(!Fields::LISTED.need_the_whole() && Fields::LISTED.has(Name::CreatedAt));
        assert!(Fields::ONE.has(Name::Description) && !Fields::ONE.has(Name::CreatedAt));
    }
}
