//! What comes in a bottle, a box or between covers.

use super::{Drawing, floating, standing};

pub(crate) static BOTTLE: Drawing = standing(
    "<rect x='180' y='66' width='40' height='40' rx='6' fill='$k'/>\
     <path d='M182 104h36v34c44 20 48 42 48 66v96c0 14-6 20-20 20h-92c-14 0-20-6-20-20v-96c0-24 4-46 48-66z' fill='$m'/>\
     <path d='M206 104h12v34c44 20 48 42 48 66v96c0 14-6 20-20 20h-24c10-4 14-10 14-20v-96c0-26-4-46-30-62z' fill='$d'/>\
     <rect x='134' y='206' width='132' height='76' fill='$w'/><path d='M152 228h96M166 246h68M176 262h48' stroke='$e' stroke-width='6'/>",
);

pub(crate) static PUMP: Drawing = standing(
    "<path d='M194 84h62v20h-42v40h-20z' fill='$k'/><rect x='176' y='134' width='48' height='30' rx='5' fill='$k'/>\
     <rect x='134' y='162' width='132' height='158' rx='18' fill='$m'/>\
     <path d='M232 162h16c12 0 18 8 18 18v122c0 12-6 18-18 18h-24c8-4 8-10 8-18z' fill='$d'/>\
     <rect x='156' y='204' width='76' height='76' rx='4' fill='$w'/><circle cx='194' cy='230' r='12' fill='$m'/>\
     <path d='M172 256h44M180 268h28' stroke='$e' stroke-width='4'/>",
);

pub(crate) static TUBE: Drawing = standing(
    "<path d='M138 84h124l-12 176H150z' fill='$m'/><path d='M226 84h36l-12 176h-30z' fill='$d'/><path d='M134 74h132v16H134z' fill='$e'/>\
     <path d='M152 260h96v46c0 10-4 14-14 14h-68c-10 0-14-4-14-14z' fill='$w'/>\
     <path d='M164 266v48M180 266v52M196 266v52M212 266v52M228 266v52' stroke='$k' stroke-width='3' opacity='.18'/>\
     <circle cx='198' cy='136' r='19' fill='$l'/><path d='M168 178h60M178 196h40' stroke='$w' stroke-width='7' stroke-linecap='round'/>",
);

pub(crate) static SOAP: Drawing = standing(
    "<ellipse cx='200' cy='296' rx='134' ry='24' fill='$t'/><path d='M92 244h216v30c0 18-10 26-28 26H120c-18 0-28-8-28-26z' fill='$d'/>\
     <rect x='92' y='208' width='216' height='66' rx='30' fill='$m'/>\
     <rect x='112' y='218' width='176' height='42' rx='20' fill='none' stroke='$l' stroke-width='5'/>\
     <path d='M168 239h64' stroke='$e' stroke-width='8' stroke-linecap='round' opacity='.5'/><g fill='#fff' opacity='.75'>\
     <circle cx='252' cy='186' r='18'/><circle cx='286' cy='170' r='10'/><circle cx='228' cy='166' r='8'/></g>",
);

pub(crate) static LIPSTICK: Drawing = standing(
    "<path d='M172 176V108c0-12 40-32 56-24v92z' fill='$m'/><path d='M212 84c8-2 12-2 16 0v92h-16z' fill='$d'/>\
     <rect x='164' y='168' width='72' height='50' fill='#d9b25f'/><path d='M218 168h18v50h-18z' fill='#b98f3e'/>\
     <rect x='152' y='214' width='96' height='106' rx='6' fill='$k'/><path d='M168 226v84' stroke='#fff' stroke-width='6' opacity='.2'/>",
);

pub(crate) static PERFUME: Drawing = standing(
    "<rect x='170' y='92' width='60' height='52' rx='8' fill='$k'/><rect x='182' y='142' width='36' height='20' fill='#d9b25f'/>\
     <rect x='110' y='160' width='180' height='160' rx='22' fill='#f3f5f4' opacity='.9'/>\
     <path d='M124 214h152v78c0 10-6 16-16 16H140c-10 0-16-6-16-16z' fill='$m' opacity='.8'/>\
     <rect x='160' y='216' width='80' height='56' fill='$w'/><path d='M174 236h52M184 252h32' stroke='$k' stroke-width='4'/>\
     <path d='M126 184v100' stroke='#fff' stroke-width='7'/>",
);

pub(crate) static TIN: Drawing = standing(
    "<path d='M100 176h200v122c0 32-200 32-200 0z' fill='$m'/><path d='M256 176h44v122c0 12-20 18-44 21z' fill='$d'/>\
     <path d='M94 150h212v30c0 28-212 28-212 0z' fill='$e'/><ellipse cx='200' cy='150' rx='106' ry='22' fill='$l'/>\
     <ellipse cx='200' cy='150' rx='80' ry='14' fill='$m'/><path d='M140 226q60 16 120 0v58q-60 16-120 0z' fill='$w'/>\
     <path d='M160 250q40 8 80 0M174 268q26 5 52 0' stroke='$e' stroke-width='5' fill='none'/>",
);

pub(crate) static CAN: Drawing = standing(
    "<path d='M136 112l12-20h104l12 20v186l-12 20H148l-12-20z' fill='$s'/><path d='M136 118h128v174H136z' fill='$m'/>\
     <path d='M232 118h32v174h-32z' fill='$d'/><ellipse cx='200' cy='92' rx='52' ry='9' fill='#e6ebef'/>\
     <circle cx='196' cy='196' r='38' fill='$w'/><circle cx='196' cy='196' r='22' fill='$a'/>\
     <path d='M160 262h72' stroke='$w' stroke-width='8' stroke-linecap='round'/>\
     <path d='M150 130v150' stroke='#fff' stroke-width='6' opacity='.3'/>",
);

pub(crate) static POUCH: Drawing = standing(
    "<path d='M128 96h144l14 206c0 12-8 18-20 18H134c-12 0-20-6-20-18z' fill='$m'/>\
     <path d='M246 96h26l14 206c0 12-8 18-20 18h-24c12-60 10-150 4-224z' fill='$d'/><path d='M124 80h152v26H124z' fill='$e'/>\
     <path d='M124 93h152' stroke='$l' stroke-width='3' stroke-dasharray='7 5'/>\
     <rect x='148' y='158' width='98' height='104' rx='6' fill='$w'/><circle cx='197' cy='192' r='18' fill='$a'/>\
     <path d='M166 226h62M176 242h42' stroke='$k' stroke-width='5'/>",
);

pub(crate) static BAR: Drawing = floating(
    "<g transform='rotate(-16 200 200)'><path d='M146 70h116v90H146z' fill='#5a3826'/>\
     <path d='M184 70v90M224 70v90M146 114h116' stroke='#7a5238' stroke-width='5'/>\
     <path d='M140 124l10 10 10-10 10 10 10-10 10 10 10-10 10 10 10-10 10 10 10-10 10 10 10-10 10 10v200H140z' fill='$m'/>\
     <path d='M240 128l10 6 10-8v208h-20z' fill='$d'/><rect x='158' y='180' width='86' height='96' fill='$w'/>\
     <path d='M174 206h54M180 224h42M188 242h26' stroke='$e' stroke-width='6'/></g>",
);

pub(crate) static BOX: Drawing = standing(
    "<path d='M76 176l124-40 124 40-124 44z' fill='$l'/><path d='M76 176l124 44v104L76 280z' fill='$m'/>\
     <path d='M324 176l-124 44v104l124-44z' fill='$d'/><path d='M126 160l124 44v24l-22 8v-24L104 168z' fill='$a'/>\
     <path d='M96 222l58 21M96 240l38 14' stroke='$w' stroke-width='7' stroke-linecap='round'/>",
);

pub(crate) static BOOK: Drawing = standing(
    "<path d='M116 96h160v204H116z' fill='$e'/><path d='M124 300h160v16H124z' fill='$w'/>\
     <path d='M116 84h168v222H130c-8 0-14 6-14 14z' fill='$m'/><path d='M116 84h22v222h-8c-8 0-14 6-14 14z' fill='$d'/>\
     <path d='M116 312c0-8 6-12 14-12h154v20H130c-8 0-14-2-14-8z' fill='$d'/><path d='M130 304h154v10H130z' fill='$w'/>\
     <path d='M162 124h98M174 142h74' stroke='$w' stroke-width='9' stroke-linecap='round'/><circle cx='211' cy='212' r='34' fill='$a'/>\
     <path d='M177 212a34 34 0 0 0 68 0z' fill='$l'/>",
);

pub(crate) static NOTEBOOK: Drawing = floating(
    "<g transform='rotate(-8 200 200)'><path d='M122 84h172v240H122z' fill='$w'/>\
     <rect x='114' y='78' width='172' height='240' rx='10' fill='$m'/>\
     <path d='M114 88c0-6 4-10 10-10h18v240h-18c-6 0-10-4-10-10z' fill='$d'/><path d='M256 78h10v240h-10z' fill='$a'/>\
     <rect x='164' y='126' width='74' height='44' rx='4' fill='$w'/>\
     <path d='M176 142h50M184 155h34' stroke='$k' stroke-width='4' opacity='.6'/><path d='M160 318h10v26l-5-6-5 6z' fill='$a'/></g>",
);

pub(crate) static CARD: Drawing = floating(
    "<path d='M128 128l190 16-12 150-190-16z' fill='$w'/>\
     <path d='M128 128l84 92 106-76' fill='none' stroke='$k' stroke-width='3' opacity='.25'/><g transform='rotate(-8 190 200)'>\
     <rect x='88' y='116' width='200' height='140' rx='12' fill='$m'/><path d='M88 150h200v26H88z' fill='$d'/>\
     <path d='M188 150c-30-44-52-10 0 13 52-23 30-57 0-13z' fill='$a'/>\
     <path d='M108 206h76M108 226h48' stroke='$w' stroke-width='8' stroke-linecap='round'/></g>",
);

pub(crate) static ROLL: Drawing = standing(
    "<path d='M96 190h200v130H96z' fill='$m'/><ellipse cx='296' cy='255' rx='30' ry='65' fill='$l'/>\
     <ellipse cx='296' cy='255' rx='18' ry='42' fill='$d'/><ellipse cx='296' cy='255' rx='8' ry='20' fill='$l'/>\
     <ellipse cx='96' cy='255' rx='28' ry='65' fill='$m'/>\
     <path d='M136 190c-22 40-22 90 0 130h16c-22-40-22-90 0-130zM226 190c-22 40-22 90 0 130h16c-22-40-22-90 0-130z' fill='$a'/>\
     <path d='M110 206h180' stroke='#fff' stroke-width='7' opacity='.3'/>",
);
