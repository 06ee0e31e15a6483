//! Toys, sport and the garden of the dog.

use super::{Drawing, floating, standing};

pub(crate) static BALL: Drawing = standing(
    "<circle cx='200' cy='212' r='108' fill='$m'/><path d='M200 104a108 108 0 0 1 0 216 150 150 0 0 0 0-216z' fill='$d'/>\
     <path d='M104 164c60 26 132 26 192 0M104 260c60-26 132-26 192 0' fill='none' stroke='$w' stroke-width='13'/>\
     <path d='M138 158q16-26 46-32' stroke='#fff' stroke-width='10' fill='none' opacity='.5' stroke-linecap='round'/>",
);

pub(crate) static BLOCKS: Drawing = standing(
    "<path d='M96 226h94v94H96z' fill='$m'/><path d='M206 226h94v94h-94z' fill='$a'/><path d='M152 128h94v94h-94z' fill='$l'/>\
     <path d='M178 226h12v94h-12zM288 226h12v94h-12zM234 128h12v94h-12z' fill='$k' opacity='.14'/>\
     <path d='M143 248l26 50h-52z' fill='$w'/><circle cx='251' cy='273' r='24' fill='$w'/><path d='M176 152h44v44h-44z' fill='$w'/>\
     <path d='M156 128l44-60 44 60z' fill='$d'/>",
);

pub(crate) static BEAR: Drawing = standing(
    "<circle cx='146' cy='104' r='26' fill='$m'/><circle cx='254' cy='104' r='26' fill='$m'/><circle cx='146' cy='104' r='13' fill='$d'/>\
     <circle cx='254' cy='104' r='13' fill='$d'/><ellipse cx='118' cy='236' rx='24' ry='42' fill='$m' transform='rotate(26 118 236)'/>\
     <ellipse cx='282' cy='236' rx='24' ry='42' fill='$m' transform='rotate(-26 282 236)'/>\
     <ellipse cx='200' cy='252' rx='72' ry='66' fill='$m'/><ellipse cx='200' cy='260' rx='42' ry='42' fill='$l'/>\
     <circle cx='200' cy='142' r='66' fill='$m'/><ellipse cx='200' cy='162' rx='30' ry='24' fill='$l'/>\
     <circle cx='176' cy='132' r='7' fill='$k'/><circle cx='224' cy='132' r='7' fill='$k'/>\
     <ellipse cx='200' cy='152' rx='11' ry='8' fill='$k'/><ellipse cx='146' cy='300' rx='32' ry='22' fill='$d'/>\
     <ellipse cx='254' cy='300' rx='32' ry='22' fill='$d'/>",
);

pub(crate) static CAR: Drawing = standing(
    "<path d='M120 210l34-60c4-8 10-12 20-12h62c10 0 16 4 22 12l40 60z' fill='$l'/>\
     <path d='M142 206l24-44c2-4 6-6 10-6h18v50zM206 156h26c4 0 8 2 10 6l26 44h-62z' fill='#dfe9ee'/>\
     <path d='M62 226c0-12 8-20 20-20h230c18 0 28 12 28 28v42c0 10-4 14-14 14H76c-10 0-14-4-14-14z' fill='$m'/>\
     <path d='M62 262h278v14c0 10-4 14-14 14H76c-10 0-14-4-14-14z' fill='$d'/><circle cx='130' cy='286' r='36' fill='$k'/>\
     <circle cx='274' cy='286' r='36' fill='$k'/><circle cx='130' cy='286' r='15' fill='$t'/><circle cx='274' cy='286' r='15' fill='$t'/>\
     <circle cx='326' cy='232' r='10' fill='#ffe9a6'/>",
);

pub(crate) static PUZZLE: Drawing = floating(
    "<g transform='rotate(-10 200 200)'>\
     <path d='M92 112h80c-14-40 52-40 38 0h82v78c40-14 40 52 0 38v80h-82c14-40-52-40-38 0H92v-80c40 14 40-52 0-38z' fill='$m'/>\
     <path d='M292 112v78c40-14 40 52 0 38v80h-20V112z' fill='$d'/>\
     <path d='M110 130h50' stroke='$l' stroke-width='9' stroke-linecap='round'/></g>\
     <path d='M296 84h34c-6-18 22-18 16 0h18v40h-68z' fill='$a' transform='rotate(12 330 100)'/>",
);

pub(crate) static RINGS: Drawing = standing(
    "<path d='M194 84h12v220h-12z' fill='$t'/><circle cx='200' cy='92' r='20' fill='$a'/>\
     <rect x='156' y='118' width='88' height='40' rx='20' fill='$l'/><rect x='138' y='160' width='124' height='42' rx='21' fill='$m'/>\
     <rect x='118' y='204' width='164' height='44' rx='22' fill='$a'/><rect x='98' y='250' width='204' height='46' rx='23' fill='$d'/>\
     <path d='M84 298h232v14c0 6-4 8-10 8H94c-6 0-10-2-10-8z' fill='$t'/>\
     <path d='M172 128h24M156 172h30M138 217h36M120 264h42' stroke='#fff' stroke-width='7' opacity='.4' stroke-linecap='round'/>",
);

pub(crate) static TENT: Drawing = standing(
    "<path d='M200 92l152 228H48z' fill='$m'/><path d='M200 92l152 228H252z' fill='$d'/><path d='M200 140l56 180H144z' fill='$e'/>\
     <path d='M200 140l-56 180h36z' fill='$l'/>\
     <path d='M200 92l-12-18M200 92l12-18' stroke='$t' stroke-width='7' stroke-linecap='round'/>\
     <path d='M78 274l-42 46M322 274l42 46' stroke='$k' stroke-width='3' opacity='.5'/>",
);

pub(crate) static BONE: Drawing = floating(
    "<g transform='rotate(-28 200 200)' fill='$m'><circle cx='96' cy='172' r='36'/><circle cx='96' cy='228' r='36'/>\
     <circle cx='304' cy='172' r='36'/><circle cx='304' cy='228' r='36'/><rect x='96' y='170' width='208' height='60'/>\
     <path d='M64 236a36 36 0 0 0 64 8l6-14h132l6 14a36 36 0 0 0 64-8 36 36 0 0 1-62 20l-16-10H142l-16 10a36 36 0 0 1-62-20z' fill='$d'/>\
     <path d='M140 184h120' stroke='$l' stroke-width='8' stroke-linecap='round'/></g>",
);
