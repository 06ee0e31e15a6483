//! Cookware and tableware.

use super::{Drawing, floating, standing};

pub(crate) static MUG: Drawing = standing(
    "<path d='M262 178c70-14 70 92 0 84' fill='none' stroke='$d' stroke-width='20'/>\
     <path d='M112 140h160v130c0 32-18 50-46 50h-68c-28 0-46-18-46-50z' fill='$m'/>\
     <path d='M240 140h32v130c0 32-18 50-46 50h-20c24-6 34-24 34-50z' fill='$d'/><ellipse cx='192' cy='140' rx='80' ry='16' fill='$l'/>\
     <ellipse cx='192' cy='142' rx='68' ry='11' fill='#5b3d2b'/>\
     <path d='M170 110c-10-16 10-22 0-40M206 110c-10-16 10-22 0-40' fill='none' stroke='#fff' stroke-width='6' opacity='.6' stroke-linecap='round'/>",
);

pub(crate) static BOWL: Drawing = standing(
    "<path d='M80 196h240c0 70-46 112-86 112h-68c-40 0-86-42-86-112z' fill='$m'/>\
     <path d='M276 196h44c0 70-46 112-86 112h-20c36-14 60-52 62-112z' fill='$d'/><ellipse cx='200' cy='196' rx='120' ry='26' fill='$l'/>\
     <ellipse cx='200' cy='199' rx='104' ry='18' fill='$d' opacity='.6'/><rect x='154' y='304' width='92' height='16' rx='6' fill='$e'/>",
);

pub(crate) static PLATE: Drawing = floating(
    "<circle cx='200' cy='200' r='122' fill='$m'/><circle cx='200' cy='200' r='122' fill='none' stroke='$d' stroke-width='5'/>\
     <circle cx='200' cy='200' r='82' fill='$l'/><circle cx='200' cy='200' r='82' fill='none' stroke='$d' stroke-width='3' opacity='.6'/>\
     <path d='M146 168q20-36 62-38' fill='none' stroke='#fff' stroke-width='8' opacity='.6' stroke-linecap='round'/>",
);

pub(crate) static PAN: Drawing = floating(
    "<rect x='236' y='186' width='140' height='26' rx='13' fill='$t' transform='rotate(-24 236 200)'/>\
     <circle cx='166' cy='220' r='104' fill='$d'/><circle cx='166' cy='220' r='88' fill='$m'/>\
     <circle cx='166' cy='220' r='70' fill='none' stroke='$l' stroke-width='3' opacity='.6'/>\
     <path d='M108 188q16-36 54-42' stroke='#fff' stroke-width='8' fill='none' opacity='.4' stroke-linecap='round'/>",
);

pub(crate) static POT: Drawing = standing(
    "<path d='M82 212H56v32h30zM318 212h26v32h-30z' fill='$e'/>\
     <path d='M84 188h232v98c0 22-14 34-36 34H120c-22 0-36-12-36-34z' fill='$m'/>\
     <path d='M268 188h48v98c0 22-14 34-36 34h-30c14-6 18-18 18-34z' fill='$d'/><path d='M92 178c10-50 206-50 216 0z' fill='$l'/>\
     <rect x='76' y='174' width='248' height='18' rx='9' fill='$d'/><circle cx='200' cy='134' r='15' fill='$k'/>",
);

pub(crate) static KNIFE: Drawing = floating(
    "<g transform='rotate(-38 200 200)'><path d='M58 176h190v50c-90 10-160-14-190-50z' fill='$s'/>\
     <path d='M70 190h178v36c-76 8-140-8-178-36z' fill='#e6ebef'/><rect x='246' y='172' width='18' height='56' rx='4' fill='$k'/>\
     <rect x='262' y='176' width='106' height='44' rx='14' fill='$m'/><path d='M262 198h106v8c0 10-4 14-14 14h-92z' fill='$d'/>\
     <g fill='$s'><circle cx='284' cy='198' r='5'/><circle cx='314' cy='198' r='5'/><circle cx='344' cy='198' r='5'/></g></g>",
);

pub(crate) static BOARD: Drawing = floating(
    "<g transform='rotate(14 200 200)'>\
     <path d='M180 60h40v44h52c16 0 24 8 24 24v176c0 16-8 24-24 24H128c-16 0-24-8-24-24V128c0-16 8-24 24-24h52z' fill='$m'/>\
     <path d='M136 116v200M168 110v214M202 110v214M238 110v214M268 116v200' stroke='$d' stroke-width='4' opacity='.4'/>\
     <circle cx='200' cy='80' r='9' fill='$e'/></g>",
);

pub(crate) static JAR: Drawing = standing(
    "<rect x='116' y='150' width='168' height='170' rx='26' fill='#eef4f4' opacity='.85'/>\
     <path d='M122 196h156v98c0 14-8 20-20 20H142c-12 0-20-6-20-20z' fill='$m'/>\
     <path d='M244 196h34v98c0 14-8 20-20 20h-24c8-6 10-12 10-20z' fill='$d'/>\
     <rect x='124' y='104' width='152' height='46' rx='8' fill='$t'/>\
     <path d='M124 118h152M124 132h152' stroke='#8a6a45' stroke-width='3' opacity='.5'/>\
     <rect x='150' y='214' width='100' height='66' rx='6' fill='$w'/><path d='M166 236h68M176 252h48' stroke='$e' stroke-width='5'/>",
);

pub(crate) static TEAPOT: Drawing = standing(
    "<path d='M290 190c60-6 56 84-14 84' fill='none' stroke='$d' stroke-width='17'/>\
     <path d='M124 250c-40-6-50-46-72-74l26-10c14 22 34 30 60 34z' fill='$d'/>\
     <path d='M106 232c0-50 40-80 94-80s94 30 94 80c0 60-30 88-60 88h-68c-30 0-60-28-60-88z' fill='$m'/>\
     <path d='M146 160c8-34 100-34 108 0z' fill='$l'/><circle cx='200' cy='124' r='13' fill='$a'/>\
     <path d='M136 220q6-34 36-46' stroke='#fff' stroke-width='8' fill='none' opacity='.5' stroke-linecap='round'/>",
);

pub(crate) static FLASK: Drawing = standing(
    "<rect x='164' y='70' width='72' height='44' rx='10' fill='$k'/><path d='M164 82h72' stroke='$s' stroke-width='4' opacity='.5'/>\
     <path d='M170 112h60c30 18 34 36 34 60v122c0 18-8 26-26 26h-76c-18 0-26-8-26-26V172c0-24 4-42 34-60z' fill='$m'/>\
     <path d='M216 112h14c30 18 34 36 34 60v122c0 18-8 26-26 26h-24c14-4 18-12 18-26V172c0-26-2-42-16-60z' fill='$d'/>\
     <path d='M154 176v100' stroke='#fff' stroke-width='9' opacity='.35' stroke-linecap='round'/>\
     <circle cx='196' cy='232' r='17' fill='$l'/>",
);
