//! Furniture, lamps and textiles.

use super::{Drawing, floating, hanging, standing};

pub(crate) static TABLE: Drawing = standing(
    "<path d='M118 200l-22 120h14l34-120zM282 200l22 120h-14l-34-120z' fill='$d'/>\
     <path d='M168 200l-8 100h12l12-100zM232 200l8 100h-12l-12-100z' fill='$e'/>\
     <rect x='70' y='180' width='260' height='24' rx='8' fill='$m'/><rect x='70' y='180' width='260' height='9' rx='4.500' fill='$l'/>\
     <rect x='128' y='204' width='144' height='26' fill='$d'/><circle cx='200' cy='217' r='5' fill='$l'/>",
);

pub(crate) static CHAIR: Drawing = standing(
    "<path d='M126 96h14l10 130h-14zM260 96h14l-10 130h-14z' fill='$d'/>\
     <path d='M134 100c40-18 92-18 132 0l-4 44c-40-14-84-14-124 0z' fill='$m'/>\
     <path d='M166 138l6 86M200 132v92M234 138l-6 86' stroke='$d' stroke-width='7'/><path d='M112 222h176l8 26H104z' fill='$m'/>\
     <path d='M104 248h192v8H104z' fill='$d'/>\
     <path d='M114 256h16l-10 64h-12zM286 256h-16l10 64h12zM158 256h10l-4 50h-8zM242 256h-10l4 50h8z' fill='$e'/>",
);

pub(crate) static ARMCHAIR: Drawing = standing(
    "<path d='M120 300h14v20h-10zM280 300h-14v20h10z' fill='$t'/><rect x='118' y='106' width='164' height='160' rx='40' fill='$d'/>\
     <rect x='132' y='118' width='136' height='120' rx='30' fill='$m'/><rect x='84' y='190' width='60' height='116' rx='26' fill='$m'/>\
     <rect x='256' y='190' width='60' height='116' rx='26' fill='$m'/><rect x='134' y='234' width='132' height='46' rx='18' fill='$l'/>\
     <rect x='122' y='274' width='156' height='32' rx='8' fill='$d'/>",
);

pub(crate) static SOFA: Drawing = standing(
    "<path d='M82 300h14v20H86zM318 300h-14v20h10z' fill='$t'/><rect x='70' y='158' width='260' height='110' rx='28' fill='$d'/>\
     <rect x='84' y='170' width='114' height='84' rx='20' fill='$m'/><rect x='202' y='170' width='114' height='84' rx='20' fill='$m'/>\
     <rect x='44' y='208' width='52' height='96' rx='22' fill='$m'/><rect x='304' y='208' width='52' height='96' rx='22' fill='$m'/>\
     <rect x='90' y='240' width='110' height='40' rx='14' fill='$l'/><rect x='200' y='240' width='110' height='40' rx='14' fill='$l'/>\
     <rect x='76' y='278' width='248' height='26' rx='8' fill='$d'/>\
     <rect x='236' y='190' width='50' height='50' rx='10' fill='$a' transform='rotate(9 261 215)'/>",
);

pub(crate) static STOOL: Drawing = standing(
    "<path d='M138 190h16l-22 130h-14zM262 190h-16l22 130h14z' fill='$d'/><path d='M193 190h14v124h-14z' fill='$e'/>\
     <path d='M136 262h128v9H134z' fill='$e'/><path d='M108 180c0-22 184-22 184 0 0 26-184 26-184 0z' fill='$m'/>\
     <ellipse cx='200' cy='176' rx='84' ry='12' fill='$l'/>",
);

pub(crate) static SHELF: Drawing = standing(
    "<rect x='108' y='76' width='184' height='244' fill='$e'/><path d='M108 76h184v244h-14V90H122v230h-14z' fill='$m'/>\
     <path d='M122 148h156v10H122zM122 222h156v10H122zM122 296h156v10H122z' fill='$l'/>\
     <path d='M134 104h12v44h-12zM170 110h16v38h-16z' fill='$a'/><path d='M148 98h10v50h-10zM160 112h9v36h-9z' fill='$w'/>\
     <circle cx='244' cy='206' r='16' fill='$a'/><path d='M136 186h60v36h-60z' fill='$d'/>\
     <path d='M220 262h12v34h-12zM234 256h14v40h-14z' fill='$w'/><path d='M140 296c0-40 44-40 44 0z' fill='$d'/>",
);

pub(crate) static BED: Drawing = standing(
    "<rect x='60' y='140' width='280' height='110' rx='18' fill='$m'/>\
     <rect x='72' y='152' width='256' height='90' rx='12' fill='$l' opacity='.5'/>\
     <rect x='96' y='196' width='94' height='54' rx='18' fill='$w'/><rect x='210' y='196' width='94' height='54' rx='18' fill='$w'/>\
     <path d='M58 236h284v60H58z' fill='$w'/><path d='M58 246c90 14 194 14 284 0v52H58z' fill='$a'/>\
     <rect x='52' y='284' width='296' height='22' rx='6' fill='$d'/><path d='M66 306h16v14H66zM318 306h16v14h-16z' fill='$e'/>",
);

pub(crate) static MIRROR: Drawing = floating(
    "<ellipse cx='200' cy='200' rx='94' ry='118' fill='$m'/><ellipse cx='200' cy='200' rx='80' ry='104' fill='#dfe9ee'/>\
     <path d='M150 250l70-130M180 270l60-112' stroke='#fff' stroke-width='14' stroke-linecap='round' opacity='.75'/>",
);

pub(crate) static LAMP: Drawing = standing(
    "<ellipse cx='200' cy='130' rx='150' ry='110' fill='#fff3c4' opacity='.35'/><path d='M148 92h104l38 98H110z' fill='$l'/>\
     <path d='M148 92h22l-16 98h-44z' fill='$m' opacity='.35'/><path d='M193 190h14v36h-14z' fill='$k'/>\
     <path d='M166 304c-28-40-4-82 34-82s62 42 34 82z' fill='$m'/><path d='M214 226c26 14 36 48 20 78h-22c18-26 18-54 2-78z' fill='$d'/>\
     <rect x='146' y='302' width='108' height='18' rx='9' fill='$d'/>",
);

pub(crate) static PENDANT: Drawing = hanging(
    "<path d='M198 0h4v120h-4z' fill='$k'/><ellipse cx='200' cy='270' rx='150' ry='70' fill='#fff3c4' opacity='.4'/>\
     <rect x='186' y='112' width='28' height='26' rx='6' fill='$k'/><path d='M96 238c0-72 48-106 104-106s104 34 104 106z' fill='$m'/>\
     <path d='M236 138c40 16 68 46 68 100h-38c0-50-10-82-30-100z' fill='$d'/><path d='M168 238a32 26 0 0 0 64 0z' fill='#fff6d8'/>\
     <path d='M92 232h216v10H92z' fill='$e'/>",
);

pub(crate) static FLOOR_LAMP: Drawing = standing(
    "<ellipse cx='200' cy='110' rx='120' ry='90' fill='#fff3c4' opacity='.4'/><path d='M196 130h8v180h-8z' fill='$k'/>\
     <path d='M164 62h72l30 82H134z' fill='$m'/><path d='M214 62h22l30 82h-34z' fill='$d'/>\
     <ellipse cx='200' cy='312' rx='52' ry='9' fill='$d'/><path d='M222 144v26' stroke='$k' stroke-width='2'/>\
     <circle cx='222' cy='173' r='4' fill='$a'/>",
);

pub(crate) static BULB: Drawing = floating(
    "<circle cx='200' cy='176' r='120' fill='#fff3c4' opacity='.5'/>\
     <path d='M164 254c-4-28-44-42-44-92a80 80 0 0 1 160 0c0 50-40 64-44 92z' fill='#ffe9a6'/>\
     <path d='M180 250l-14-66 20 16 14-16 14 16 20-16-14 66' fill='none' stroke='$m' stroke-width='5' stroke-linejoin='round'/>\
     <path d='M164 254h72v46l-14 16h-44l-14-16z' fill='$s'/><path d='M164 268h72M164 284h72' stroke='$k' stroke-width='4' opacity='.35'/>\
     <path d='M146 132q12-30 40-38' fill='none' stroke='#fff' stroke-width='9' stroke-linecap='round'/>",
);

pub(crate) static CANDLE: Drawing = standing(
    "<ellipse cx='200' cy='128' rx='80' ry='74' fill='#fff3c4' opacity='.5'/>\
     <path d='M200 92c22 28 24 52 0 60-24-8-22-32 0-60z' fill='#f4a940'/><path d='M198 146h5v28h-5z' fill='$k'/>\
     <rect x='132' y='170' width='136' height='150' rx='12' fill='$m'/><ellipse cx='200' cy='176' rx='68' ry='13' fill='$l'/>\
     <rect x='156' y='222' width='88' height='58' rx='4' fill='$w'/>\
     <path d='M170 240h60M178 254h44' stroke='$k' stroke-width='4' opacity='.5'/>",
);

pub(crate) static CUSHION: Drawing = floating(
    "<path d='M96 112c60 20 148 20 208 0-16 58-16 120 0 178-60-20-148-20-208 0 16-58 16-120 0-178z' fill='$m'/>\
     <path d='M122 138c50 14 106 14 156 0-10 44-10 84 0 126-50-14-106-14-156 0 10-42 10-82 0-126z' fill='none' stroke='$l' stroke-width='5'/>\
     <path d='M140 180l60-26 60 26-60 26zM140 226l60-26 60 26-60 26z' fill='$d' opacity='.55'/>",
);

pub(crate) static TOWEL: Drawing = standing(
    "<rect x='84' y='262' width='232' height='58' rx='24' fill='$d'/><rect x='92' y='204' width='216' height='60' rx='26' fill='$m'/>\
     <rect x='100' y='148' width='200' height='58' rx='26' fill='$l'/>\
     <path d='M120 176h180M112 234h196M104 291h212' stroke='$e' stroke-width='3' opacity='.35'/>\
     <path d='M250 148h20v58h-20zM254 204h20v60h-20zM258 262h20v58h-20z' fill='$a' opacity='.6'/>",
);

pub(crate) static RUG: Drawing = floating(
    "<path d='M88 110h224M88 296h224' stroke='$d' stroke-width='22' stroke-dasharray='4 6'/>\
     <rect x='88' y='118' width='224' height='170' fill='$m'/>\
     <rect x='102' y='132' width='196' height='142' fill='none' stroke='$l' stroke-width='6'/>\
     <path d='M200 146l70 57-70 57-70-57z' fill='$d'/><path d='M200 172l38 31-38 31-38-31z' fill='$a'/>",
);

pub(crate) static CURTAIN: Drawing = standing(
    "<rect x='110' y='90' width='180' height='180' fill='#e7f1f6'/><path d='M200 90v180M110 180h180' stroke='#fff' stroke-width='8'/>\
     <path d='M92 78h96c6 80-6 170-26 240H92zM308 78h-96c-6 80 6 170 26 240h70z' fill='$m'/>\
     <path d='M116 78v240M142 78v240M284 78v240M258 78v240' stroke='$d' stroke-width='9' opacity='.6'/>\
     <path d='M74 70h252v9H74z' fill='$k'/><circle cx='74' cy='74' r='9' fill='$k'/><circle cx='326' cy='74' r='9' fill='$k'/>",
);

pub(crate) static VASE: Drawing = standing(
    "<path d='M196 190c-6-60-30-92-44-110M202 190c0-70 8-100 14-124M208 190c8-46 30-70 50-84' fill='none' stroke='#6f8f62' stroke-width='5'/>\
     <circle cx='150' cy='78' r='19' fill='$a'/><circle cx='217' cy='64' r='22' fill='$a'/><circle cx='260' cy='104' r='17' fill='$a'/>\
     <g fill='$w'><circle cx='150' cy='78' r='7'/><circle cx='217' cy='64' r='8'/><circle cx='260' cy='104' r='6'/></g>\
     <path d='M172 170h56l-6 36c40 20 50 74 14 114h-72c-36-40-26-94 14-114z' fill='$m'/>\
     <path d='M212 170h16l-6 36c40 20 50 74 14 114h-28c40-34 34-88-2-112z' fill='$d'/>\
     <rect x='166' y='162' width='68' height='14' rx='7' fill='$l'/>",
);

pub(crate) static FRAME: Drawing = floating(
    "<rect x='108' y='80' width='184' height='240' fill='$m'/><path d='M108 80h184l-16 16H124v208l-16 16z' fill='$l'/>\
     <rect x='124' y='96' width='152' height='208' fill='$w'/><rect x='146' y='124' width='108' height='152' fill='#dfe7e4'/>\
     <circle cx='222' cy='162' r='17' fill='$a'/><path d='M146 276v-46l38-40 34 40 16-16 20 24v38z' fill='#7f9a8a'/>",
);

pub(crate) static CLOCK: Drawing = floating(
    "<circle cx='200' cy='200' r='118' fill='$m'/><circle cx='200' cy='200' r='98' fill='$w'/><g stroke='$k' stroke-linecap='round'>\
     <path d='M200 116v14M200 270v14M116 200h14M270 200h14' stroke-width='8'/>\
     <path d='M242 127l-3 6M273 158l-6 3M273 242l-6-3M242 273l-3-6M158 273l3-6M127 242l6-3M127 158l6 3M158 127l3 6' stroke-width='4'/>\
     <path d='M200 200l-40-24M200 200l30-54' stroke-width='9'/></g>\
     <path d='M200 222v-84' stroke='$a' stroke-width='4' stroke-linecap='round'/><circle cx='200' cy='200' r='10' fill='$a'/>",
);

pub(crate) static BASKET: Drawing = standing(
    "<path d='M132 182c0-90 136-90 136 0' fill='none' stroke='$e' stroke-width='12'/><path d='M90 180h220l-26 140H116z' fill='$m'/>\
     <path d='M98 212h204M104 244h192M110 276h180M114 304h172' stroke='$d' stroke-width='13' stroke-dasharray='18 10'/>\
     <path d='M98 228h204M104 260h192M110 290h180' stroke='$l' stroke-width='11' stroke-dasharray='18 10' stroke-dashoffset='14'/>\
     <rect x='80' y='172' width='240' height='22' rx='11' fill='$d'/>",
);

pub(crate) static PLANT: Drawing = standing(
    "<path d='M200 220c-60-10-92-52-90-104 56 4 88 42 90 104z' fill='#5f9464'/>\
     <path d='M200 220c60-16 88-62 80-118-54 12-82 54-80 118z' fill='#78ad74'/>\
     <path d='M200 224c-24-44-24-96 0-150 24 54 24 106 0 150z' fill='#4d8058'/><path d='M136 220h128l-16 100h-96z' fill='$m'/>\
     <path d='M222 220h42l-16 100h-34z' fill='$d'/><rect x='126' y='208' width='148' height='26' rx='6' fill='$l'/>",
);

pub(crate) static POST: Drawing = standing(
    "<rect x='170' y='100' width='52' height='206' fill='$t'/>\
     <path d='M170 116h52M170 134h52M170 152h52M170 170h52M170 188h52M170 206h52M170 224h52M170 242h52M170 260h52M170 278h52' stroke='#8a6a45' stroke-width='5' opacity='.5'/>\
     <rect x='100' y='302' width='200' height='18' rx='6' fill='$m'/><path d='M112 86h168c0 30-20 40-84 40s-84-10-84-40z' fill='$m'/>\
     <ellipse cx='196' cy='88' rx='84' ry='12' fill='$l'/><path d='M252 98v40' stroke='$k' stroke-width='3'/>\
     <circle cx='252' cy='146' r='11' fill='$a'/>",
);

pub(crate) static PET_BED: Drawing = standing(
    "<ellipse cx='200' cy='262' rx='136' ry='58' fill='$d'/><ellipse cx='200' cy='246' rx='136' ry='54' fill='$m'/>\
     <ellipse cx='200' cy='240' rx='98' ry='34' fill='$e' opacity='.55'/><ellipse cx='200' cy='246' rx='92' ry='28' fill='$l'/>\
     <path d='M188 244h24M184 240a6 6 0 1 1 4-6M216 240a6 6 0 1 0-4-6' stroke='$w' stroke-width='9' stroke-linecap='round' fill='none'/>",
);
