package quantity

import "math/bits"

// Decimal is Digits × 10^Exp. As Norm leaves it, equal values are equal structs.
type Decimal struct {
	Digits uint64
	Exp    int
}

// Norm takes the zeros off the end of Digits.
func (d Decimal) Norm() Decimal {
	if d.Digits == 0 {
		return Decimal{}
	}
	for d.Digits%10 == 0 {
		d.Digits /= 10
		d.Exp++
	}
	return d
}

// Shift multiplies by 10^exp.
func (d Decimal) Shift(exp int) Decimal {
	if d.Digits != 0 {
		d.Exp += exp
	}
	return d
}

// Plus adds; false if the sum does not fit 64 bits.
func (d Decimal) Plus(e Decimal) (Decimal, bool) {
	if d.Digits == 0 || e.Digits == 0 {
		return Decimal{d.Digits | e.Digits, d.Exp + e.Exp}, true // a zero has the exponent 0
	}
	if d.Exp < e.Exp {
		d, e = e, d
	}
	for ; d.Exp > e.Exp; d.Exp-- {
		hi, lo := bits.Mul64(d.Digits, 10)
		if hi != 0 {
			return Decimal{}, false
		}
		d.Digits = lo
	}
	sum, carry := bits.Add64(d.Digits, e.Digits, 0)
	return Decimal{sum, d.Exp}.Norm(), carry == 0
}

// Integer returns the value if it is a whole number below a million million.
func (d Decimal) Integer() (int, bool) {
	n := d.Digits
	if d.Exp < 0 || d.Exp > 12 || n > 1e12 {
		return 0, false
	}
	for range d.Exp {
		n *= 10
		if n > 1e12 {
			return 0, false
		}
	}
	return int(n), true
}
