// Package quantity reads the numbers and dates of Chinese and English text, however
// they are written, and gives them one spelling each. It reads folded text: lower
// case, half width, Simplified (see package fold).
package quantity
