// E0277
use authcode::*;

struct Mine;

impl Resume for Mine {}

fn main() {}
