//! Words that claim something of a product: materials, colours, origins, certificates, promises.

use std::{collections::HashMap, sync::LazyLock};

use super::super::token::{stem, tokens};
use crate::fold::fold;

/// A line a claim: the words that make it, in seven languages, and behind the bar words that support it without making
/// it. `=` before a word: only in capitals.
const CLAIMS: &[&str] = &[
    // Materials.
    "cotton,baumwolle,coton,algodon,cotone,katoen,algodao|denim,poplin,chambray,twill,corduroy,flannel,percale,muslin",
    "linen,leinen,lino,linnen,linho|lin,flax",
    "wool,wolle,laine,lana,wol|merino,lambswool,cashmere,alpaca,mohair,kaschmir",
    "merino",
    "cashmere,kaschmir,cachemire",
    "alpaca,alpaka",
    "silk,seide,soie,seda,seta,zijde",
    "velvet,samt,velours,terciopelo,velluto,fluweel,veludo",
    "leather,leder,cuir,cuero,pelle,couro|nubuck,suede,nappa,cowhide,lederjacke,wildleder",
    "suede,wildleder,daim|nubuck",
    "genuine leather,real leather,full grain leather,full grain,top grain,echtleder,cuir veritable",
    "vegan leather,faux leather,kunstleder|pu leather,leatherette,simili",
    "hemp,hanf,chanvre",
    "jute",
    "denim|jean",
    "polyester|microfibre,microfiber,fleece",
    "nylon,polyamide,polyamid",
    "acrylic,acryl,acrylique",
    "elastane,elasthan,spandex,lycra",
    "viscose,viskose,rayon",
    "lyocell,tencel",
    "down,daune,daunen|feather",
    "plastic,kunststoff,plastik,plastique,plastico,plastica|abs,pvc,polypropylene,polycarbonate,acrylic,polyethylene",
    "silicone,silikon,silicona,siliconen",
    "rubber,gummi,caoutchouc|latex,neoprene,kautschuk",
    "latex",
    "wood,wooden,holz,bois,madera,legno,hout,madeira|oak,beech,walnut,ash,pine,birch,teak,acacia,bamboo,timber,maple,cherry,cedar,mahogany,ebony,mdf,plywood,eiche,buche,nussbaum,kiefer,rattan,lime",
    "solid wood,massivholz,bois massif,madera maciza|solid",
    "oak,eiche,chene,roble,quercia,eiken,carvalho",
    "beech,buche,hetre",
    "walnut,nussbaum,noyer",
    "pine,kiefer,pino",
    "birch,birke,bouleau",
    "teak",
    "acacia,akazie",
    "mahogany,mahagoni",
    "bamboo,bambus,bambou,bambu",
    "rattan|wicker,cane",
    "cork,kork,liege",
    "steel,stahl,acier,acero,acciaio,staal,aco|stainless,inox",
    "stainless,edelstahl,inox,inoxydable,inoxidable,rvs",
    "iron,eisen,hierro,ferro|cast,wrought,gusseisen",
    "cast iron,gusseisen,fonte,hierro fundido,ghisa,gietijzer",
    "aluminium,aluminum,alu,aluminio,alluminio",
    "titanium,titan,titane,titanio",
    "brass,messing,laiton,laton,ottone,latao",
    "copper,kupfer,cuivre,cobre,rame,koper",
    "bronze,bronce,bronzo",
    "sterling silver,925 silver,sterlingsilber|925",
    "gold plated,vergoldet,plaque or,dorado|gold",
    "diamond,diamant,diamante",
    "marble,marmor,marbre,marmol,marmo",
    "granite,granit,granito",
    "ceramic,keramik,ceramique,ceramica,keramiek|porcelain,stoneware,earthenware,terracotta,clay,porzellan",
    "porcelain,porzellan,porcelaine,porcelana,porcellana",
    "stoneware,steinzeug,gres",
    "glass,glas,verre,vidrio,vetro,vidro|crystal,borosilicate,glassware",
    "crystal,kristall,cristal,cristallo|glass",
    "concrete,beton",
    "carbon fibre,carbon fiber,kohlefaser",
    "soy wax,beeswax,sojawachs,bienenwachs",
    // Colours.
    "black,schwarz,noir,negro,nero,preto,zwart|graphite,charcoal,onyx,ebony,jet",
    "white,weiss,blanc,blanche,blanco,bianco,branco|ivory,chalk,ecru,cream,wit,snow,pearl",
    "red,rouge,rojo,rosso,vermelho|rot,rood,burgundy,crimson,scarlet,cherry,ruby,maroon,oxblood,wine,bordeaux",
    "blue,blau,bleu,azul,blu,blauw|navy,indigo,azure,cobalt,sky,teal,turquoise,denim,midnight,aqua,sapphire,cyan",
    "green,grun,vert,verde,groen|olive,forest,sage,mint,emerald,moss,khaki,lime,teal,jade",
    "yellow,gelb,jaune,amarillo,giallo,amarelo,geel|mustard,lemon,ochre,gold",
    "orange,naranja,arancione,laranja,oranje|apricot,tangerine,coral,rust,terracotta",
    "purple,violet,lila,violett,morado,viola,paars,roxo|plum,lavender,lilac,aubergine,mauve",
    "pink,rosa|rose,blush,fuchsia,magenta,coral,salmon,roze",
    "brown,braun,brun,marron,marrone,bruin|tan,cognac,chestnut,espresso,chocolate,walnut,coffee,caramel,camel,mocha,bronze,castanho",
    "grey,gray,grau,gris,grigio,grijs,cinza|charcoal,slate,graphite,silver,marl,ash,stone,anthracite,smoked",
    "beige|sand,oatmeal,ecru,stone,taupe,camel",
    "turquoise,turkis,turquesa,turchese|aqua,teal",
    "navy,marineblau,bleu marine",
    "burgundy,bordeaux|oxblood,wine",
    "gold,golden,dore,dorado,dorato,goud,dourado|brass,gilt",
    "silver,silber,silbern,argente,plata,plateado,argento,zilver,prata|chrome,nickel",
    // Origins.
    "germany,german,deutschland,allemagne,alemania,germania",
    "italy,italian,italien,italie,italia",
    "france,french,frankreich|francais,francaise",
    "spain,spanish,spanien,espagne,espana",
    "portugal,portuguese,portugiesisch",
    "switzerland,swiss,schweiz,suisse",
    "austria,austrian,osterreich",
    "denmark,danish,danemark",
    "sweden,swedish,schweden",
    "norway,norwegian,norwegen",
    "finland,finnish,finnland",
    "scandinavia,scandinavian,nordic,skandinavisch|sweden,denmark,norway,finland,swedish,danish",
    "netherlands,dutch,niederlande",
    "belgium,belgian,belgien",
    "poland,polen,pologne",
    "england,english,britain,british,scotland,scottish,wales|uk",
    "ireland,irish,irland",
    "japan,japanese,japon",
    "korea,korean",
    "india,indian,indien",
    "vietnam,vietnamese",
    "thailand,thai",
    "taiwan,taiwanese",
    "morocco,moroccan,marokko",
    "mexico,mexican",
    "brazil,brazilian,brasilien",
    "peru,peruvian",
    "canada,canadian,kanada",
    "australia,australian,australien",
    "america,american,made in the usa,=USA",
    "europe,european,europa|eu",
    "made in china,from china,chinese",
    "made in turkey,from turkey,turkish,turkei",
    // Certificates.
    "=CE",
    "=FSC",
    "=PEFC",
    "=GOTS",
    "=GRS",
    "=RWS",
    "=MSC",
    "=ASC",
    "=ISO",
    "=DIN",
    "=FDA",
    "=REACH",
    "=ETL",
    "=EPA",
    "rohs",
    "oeko tex,okotex",
    "tuv",
    "bluesign",
    "b corp",
    "energy star",
    "certified,certification,certificate,zertifiziert,zertifikat,certifie,certificado,certificato,gecertificeerd",
    "fair trade,fairtrade,commerce equitable,comercio justo",
    "organic,organically,biologisch,biologique,ecologico,biologico,organico|bio,gots,okologisch",
    "halal",
    "kosher,koscher",
    "patented,patent,patentiert,brevete,patentado",
    "award winning,award,preisgekront,prize winning,prize winner",
    "best selling,bestselling,best seller,bestseller,meistverkauft,superventas",
    "number one,world s best,no 1,nr 1",
    "clinically,clinical,klinisch,cliniquement",
    "dermatologically,dermatologist,dermatologisch,dermatologiquement",
    "doctor recommended,expert recommended,vet recommended",
    "lab tested,laboratory tested",
    // What it does and withstands.
    "waterproof,water proof,wasserdicht,impermeable,etanche,impermeabile,waterdicht,a prova d agua",
    "water resistant,water repellent,wasserabweisend,splash proof,splashproof,waterafstotend,hydrofuge|waterproof,showerproof",
    "windproof,winddicht,coupe vent",
    "weatherproof,weather resistant,wetterfest",
    "fireproof,fire resistant,flame retardant,feuerfest",
    "heat resistant,heatproof,hitzebestandig",
    "shatterproof,unbreakable,bruchsicher",
    "scratch resistant,scratchproof,kratzfest",
    "stain resistant,stainproof",
    "shockproof,shock resistant,stossfest",
    "rustproof,rust resistant,rostfrei|stainless",
    "uv resistant,uv protection,uv schutz",
    "antibacterial,anti bacterial,antimicrobial,antibakteriell",
    "hypoallergenic,hypoallergen,hypoallergenique",
    "breathable,atmungsaktiv,respirant,transpirable,traspirante,ademend",
    "dishwasher,spulmaschine,spulmaschinenfest,lave vaisselle,lavavajillas,lavastoviglie,vaatwasser,vaatwasserbestendig",
    "microwave,mikrowelle,micro onde,microondas,microonde,magnetron",
    "oven safe,ovenproof,ofenfest,backofenfest",
    "freezer safe",
    "food safe,food grade,lebensmittelecht",
    "machine washable,machine wash,maschinenwaschbar,lavable en machine",
    "rechargeable,wiederaufladbar,aufladbar",
    "wireless,cordless,kabellos,sans fil,inalambrico|bluetooth",
    "bluetooth",
    "noise cancelling,noise canceling,noise cancellation",
    "non stick,nonstick,antihaft",
    "orthopaedic,orthopedic,orthopadisch",
    "ergonomic,ergonomisch,ergonomique",
    // What is not in it.
    "bpa free,bpa frei|bpa",
    "gluten free,glutenfrei,sans gluten,sin gluten",
    "sugar free,zuckerfrei,sans sucre",
    "lactose free,laktosefrei",
    "alcohol free,alkoholfrei",
    "paraben free,parabenfrei|paraben",
    "cruelty free,tierversuchsfrei,not tested on animal",
    "vegan,vegane,vegano,veganistisch",
    "vegetarian,vegetarisch",
    "non toxic,nontoxic,ungiftig,schadstofffrei",
    "all natural,100 natural",
    // How it was made, and what that means.
    "handmade,hand made,handcrafted,hand crafted,handgefertigt,handgemacht,fait main,hecho a mano,fatto a mano,handgemaakt,feito a mao|by hand",
    "hand painted,handbemalt",
    "handwoven,hand woven,handgewebt|by hand",
    "recycled,recycelt,recycle,reciclado,riciclato,gerecycled",
    "recyclable,recyclebar,recyclingfahig",
    "biodegradable,biologisch abbaubar",
    "compostable,kompostierbar",
    "sustainable,sustainably,sustainability,nachhaltig,durable et responsable,sostenible,sostenibile,duurzaam,sustentavel|eco",
    "eco friendly,ecofriendly,environmentally friendly,umweltfreundlich|eco",
    "carbon neutral,climate neutral,klimaneutral,co2 neutral",
    "ethically,ethical,ethisch",
    "locally made,locally sourced",
    "limited edition,limitierte auflage,edition limitee,edicion limitada",
    "vintage|retro",
    "antique,antik",
    "authentic,authentisch",
    // What the shop promises.
    "guarantee,guaranteed,warranty,garantie,gewahrleistung,garantia,garanzia",
    "lifetime,lebenslang",
    "money back,geld zuruck",
    "free shipping,free delivery,ships free,versandkostenfrei,livraison gratuite,envio gratis,spedizione gratuita",
    "free return,kostenlose ruckgabe",
    "next day,same day,24 hour delivery",
    "in stock,auf lager,en stock",
];

pub(super) struct Phrase {
    pub(super) claim: u16,
    /// The stems behind the first.
    pub(super) rest: Vec<String>,
    pub(super) in_capitals: bool,
    /// Whether it makes the claim, or only supports it.
    pub(super) makes: bool,
}

/// Phrases by the stem they begin with.
pub(super) static PHRASES: LazyLock<HashMap<String, Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
    for (claim, line) in CLAIMS.iter().enumerate() {
        for (at, words) in line.split('|').enumerate() {
            for phrase in words.split(',') {
                let mut stems = tokens(phrase).map(|token| stem(fold(token.text)));
                let Some(first) = stems.next() else { continue };
                let (rest, in_capitals) = (stems.collect(), phrase.starts_with('='));
                phrases.entry(first).or_default().push(Phrase { claim: claim as u16, rest, in_capitals, makes: at == 0 });
            }
        }
    }
    phrases
});

/// Whether a text in one piece, such as a German compound, holds a word that makes or supports a claim.
pub(super) fn is_within(claim: u16, folded: &str) -> bool {
    CLAIMS
        .get(usize::from(claim))
        .is_some_and(|line| line.split([',', '|']).any(|word| word.len() >= 5 && !word.contains([' ', '=']) && folded.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_folded_so_that_it_can_be_found() {
        for line in CLAIMS {
            assert_eq!(&fold(&line.replace('=', "")), &line.replace('=', "").to_lowercase(), "{line}");
        }
        assert!(PHRASES.len() > 300);
    }
}
